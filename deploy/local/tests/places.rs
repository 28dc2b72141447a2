//! Places that everybody knows the name of: what somebody else has put there is neither read, nor run, nor changed.
#![expect(clippy::unwrap_used, reason = "a helper that fails has failed the test")]

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink},
    path::{Path, PathBuf},
    sync::atomic::AtomicBool,
};

use local::{
    place,
    postgres::Postgres,
    secret,
    state::{self, Lock},
    sys, test_database,
    tools::{self, Choice, Wishes},
};

/// A user that is neither root nor whoever runs the tests.
const SOMEBODY_ELSE: u32 = 65_533;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("ro-place-{name}-{}", std::process::id()));
        let _former = fs::remove_dir_all(&dir);
        secret::folder(&dir, 0o700).unwrap();
        Self(dir)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// A folder of ours with the given mode.
    fn with_mode(&self, name: &str, mode: u32) -> PathBuf {
        let dir = self.path(name);
        fs::create_dir_all(&dir).unwrap();
        set_mode(&dir, mode);
        dir
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _left = fs::remove_dir_all(&self.0);
    }
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Gives a path to somebody else. Only root can; a plain user is shown what root owns instead.
fn give_away(path: &Path) {
    assert!(sys::is_root());
    chown(path, Some(SOMEBODY_ELSE), Some(SOMEBODY_ELSE)).unwrap();
}

/// Every way in which a folder can be somebody else's work, and what is said of it.
fn planted(folder: &Folder, fill: impl Fn(&Path)) -> Vec<(PathBuf, &'static str)> {
    let mut all = Vec::new();
    let writable = folder.with_mode("writable", 0o777);
    fill(&writable);
    all.push((writable, "may be written by other users"));
    let shared = folder.with_mode("shared", 0o1777);
    fill(&shared);
    all.push((shared, "may be written by other users"));
    let own = folder.with_mode("own", 0o700);
    fill(&own);
    symlink(&own, folder.path("link")).unwrap();
    all.push((folder.path("link"), "is a link or no folder"));
    symlink(folder.path("nowhere"), folder.path("dangling")).unwrap();
    all.push((folder.path("dangling"), "is a link or no folder"));
    fs::write(folder.path("file"), "").unwrap();
    all.push((folder.path("file"), "is a link or no folder"));
    let below = folder.with_mode("open/below", 0o700);
    fill(&below);
    set_mode(&folder.path("open"), 0o777);
    all.push((below, "may be written by other users"));
    if sys::is_root() {
        let foreign = folder.with_mode("foreign", 0o755);
        fill(&foreign);
        give_away(&foreign);
        all.push((foreign, "belongs to another user"));
        let below = folder.with_mode("theirs/below", 0o755);
        fill(&below);
        give_away(&folder.path("theirs"));
        all.push((below, "belongs to another user"));
        symlink(&own, folder.path("their-link")).unwrap();
        std::os::unix::fs::lchown(folder.path("their-link"), Some(SOMEBODY_ELSE), None).unwrap();
        let below = folder.path("their-link/below");
        all.push((below, "is a link of another user"));
    } else {
        all.push((PathBuf::from("/usr"), "belongs to another user"));
    }
    all
}

#[test]
fn a_state_folder_that_somebody_else_has_prepared_is_neither_used_nor_believed_nor_changed() {
    let folder = Folder::new("state");
    for (dir, why) in planted(&folder, |dir| fs::write(dir.join("lock"), "1").unwrap()) {
        let before = fs::symlink_metadata(&dir).map(|found| (found.mode(), found.uid())).ok();
        let refusal = state::prepare(&dir).unwrap_err().to_string();
        assert!(refusal.contains(why) && refusal.contains("--state-dir"), "{}: {refusal}", dir.display());
        // Whom a foreign lock names is sent no signal, and what stands beside it is not read.
        assert!(Lock::holder(&dir).unwrap_err().to_string().contains(why), "{}", dir.display());
        assert!(test_database::start_in(&dir, &mut |_| ()).unwrap_err().to_string().contains(why));
        assert_eq!(fs::symlink_metadata(&dir).map(|found| (found.mode(), found.uid())).ok(), before, "{}", dir.display());
    }
    let own = folder.path("new/and/own");
    state::prepare(&own).unwrap();
    let made = fs::metadata(folder.path("new")).unwrap();
    assert_eq!((made.mode() & 0o777, made.uid()), (0o700, sys::user_id()), "what is made on the way is for nobody else");
    assert_eq!(Lock::holder(&own).unwrap(), None);
    let held = Lock::take(&own).unwrap();
    assert_eq!(Lock::holder(&own).unwrap(), Some(std::process::id()));
    drop(held);
}

/// A program that leaves a mark when it is run.
fn write_program(path: &Path, says: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("#!/bin/sh\n: > \"$(dirname \"$0\")/was-run\"\necho '{says}'\n")).unwrap();
    set_mode(path, 0o755);
}

fn was_run(dir: &Path) -> bool {
    dir.join("was-run").exists() || dir.join("postgresql/usr/lib/postgresql/17/bin/was-run").exists()
}

/// The two kinds of tools as they stand in the folder once fetched.
fn tools_in(dir: &Path) {
    write_program(&dir.join("nats-server"), "nats-server: v2.15.1");
    let root = dir.join("postgresql/usr/lib");
    fs::create_dir_all(root.join("x86_64-linux-gnu")).unwrap();
    for program in ["initdb", "postgres", "psql"] {
        write_program(&root.join("postgresql/17/bin").join(program), "postgres (PostgreSQL) 17.1");
    }
}

/// Only the folder of tools is looked into, and nothing is fetched.
fn only_in(dir: &Path) -> Wishes {
    let (nats_server, postgres_bin) = (Choice::Fetch, Choice::Fetch);
    Wishes { nats_server, postgres_bin, may_fetch: false, tools_dir: dir.to_path_buf(), ..Wishes::from_env() }
}

#[test]
fn a_program_that_another_user_has_put_into_the_folder_of_tools_is_not_run_before_anyone_looks_whose_it_is() {
    let folder = Folder::new("tools");
    for (dir, why) in planted(&folder, tools_in) {
        let wishes = only_in(&dir);
        let refusals = [
            tools::nats_server(&wishes, &mut |_| ()).map(drop).unwrap_err().to_string(),
            tools::postgres(&wishes, &mut |_| ()).map(drop).unwrap_err().to_string(),
        ];
        for refusal in refusals {
            assert!(refusal.contains(why) && refusal.contains("RO_NATS_SERVER"), "{}: {refusal}", dir.display());
        }
        assert!(!was_run(&dir), "{}", dir.display());
    }
    // In a folder that is ours, a file that is not.
    let own = folder.with_mode("fetched", 0o755);
    tools_in(&own);
    let (nats, initdb) = (own.join("nats-server"), own.join("postgresql/usr/lib/postgresql/17/bin/initdb"));
    for program in [&nats, &initdb] {
        let refused = |why: &str| {
            let wishes = only_in(&own);
            let said = if program == &nats {
                tools::nats_server(&wishes, &mut |_| ()).map(drop).unwrap_err()
            } else {
                tools::postgres(&wishes, &mut |_| ()).map(drop).unwrap_err()
            };
            assert!(said.to_string().contains(why), "{}: {said}", program.display());
            assert!(!was_run(&own), "{}", program.display());
        };
        set_mode(program, 0o777);
        refused("may be written by other users");
        set_mode(program, 0o755);
        let aside = program.with_extension("aside");
        fs::rename(program, &aside).unwrap();
        symlink(&aside, program).unwrap();
        refused("is a link or no file");
        fs::rename(&aside, program).unwrap();
        if sys::is_root() {
            give_away(program);
            refused("belongs to another user");
            chown(program, Some(0), Some(0)).unwrap();
        }
    }
    assert_eq!(tools::nats_server(&only_in(&own), &mut |_| ()).unwrap().program, nats);
    assert_eq!(tools::postgres(&only_in(&own), &mut |_| ()).unwrap().version.major(), 17);
    assert!(was_run(&own), "the test notices nothing");
}

#[test]
fn a_link_in_the_place_of_a_folder_gives_nobody_the_folder_that_it_leads_to() {
    let folder = Folder::new("link");
    let victim = folder.with_mode("victim", 0o700);
    let dir = folder.with_mode("pg", 0o700);
    symlink(&victim, dir.join("socket")).unwrap();
    assert!(secret::folder(&dir.join("socket"), 0o777).is_err());
    let tool = tools::postgres(&Wishes::from_env(), &mut |_| ()).unwrap();
    assert!(Postgres::start(&tool, &dir, &folder.0, &AtomicBool::new(false)).is_err());
    let found = fs::metadata(&victim).unwrap();
    assert_eq!((found.mode() & 0o777, found.uid()), (0o700, sys::user_id()));
    assert!(place::open_folder(&dir.join("socket")).is_err() && place::open_folder(&victim).is_ok());
}
