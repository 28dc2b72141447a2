//! A mail catcher for one machine: an SMTP server on a loopback port that keeps every message as a file and sends nothing on.

use std::{
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use crate::{
    error::{Doing, Result},
    secret,
};

const MAX_LINE_LENGTH: u64 = 4096;
const MAX_MESSAGE_SIZE: usize = 10 * 1024 * 1024;
const MAX_RECIPIENTS: usize = 100;
const MAX_SESSIONS: usize = 64;
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// A running catcher; it ends when dropped.
#[derive(Debug)]
pub struct MailCatcher {
    address: SocketAddr,
    dir: PathBuf,
    stop: Arc<AtomicBool>,
}

#[derive(Debug)]
struct Shared {
    dir: PathBuf,
    next: AtomicU64,
    sessions: AtomicUsize,
}

impl MailCatcher {
    /// Listens on a free loopback port and keeps mail in `dir`, one file per message, numbered in order of arrival.
    ///
    /// # Errors
    /// When the folder or the port is not available.
    pub fn start(dir: &Path) -> Result<Self> {
        secret::folder(dir, 0o700)?;
        let doing = || "listen for mail".to_owned();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).doing(doing)?;
        let address = listener.local_addr().doing(doing)?;
        let shared = Arc::new(Shared { dir: dir.to_path_buf(), next: AtomicU64::new(last_number(dir) + 1), sessions: AtomicUsize::new(0) });
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                let shared = Arc::clone(&shared);
                if shared.sessions.fetch_add(1, Ordering::Relaxed) >= MAX_SESSIONS {
                    shared.sessions.fetch_sub(1, Ordering::Relaxed);
                    let _busy = (&stream).write_all(b"421 too many sessions\r\n");
                    continue;
                }
                thread::spawn(move || {
                    let _broken = Session::new(&stream).serve(&shared);
                    shared.sessions.fetch_sub(1, Ordering::Relaxed);
                });
            }
        });
        Ok(Self { address, dir: dir.to_path_buf(), stop })
    }

    /// The address for senders.
    #[must_use]
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// The folder of the kept messages.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }
}

impl Drop for MailCatcher {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // One connection wakes the listening thread.
        let _woken = TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
    }
}

fn last_number(dir: &Path) -> u64 {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.path().file_stem()?.to_str()?.parse().ok()).max().unwrap_or(0)
}

/// Handler of one connection of a sender.
struct Session<'a> {
    input: BufReader<&'a TcpStream>,
    output: &'a TcpStream,
    from: Option<String>,
    to: Vec<String>,
}

impl<'a> Session<'a> {
    fn new(stream: &'a TcpStream) -> Self {
        Self { input: BufReader::new(stream), output: stream, from: None, to: Vec::new() }
    }

    fn serve(&mut self, shared: &Shared) -> io::Result<()> {
        self.output.set_read_timeout(Some(IDLE_TIMEOUT))?;
        self.output.set_write_timeout(Some(IDLE_TIMEOUT))?;
        self.say("220 localhost ready")?;
        while let Some(line) = self.line()? {
            let upper = line.to_ascii_uppercase();
            let verb = upper.split([' ', ':']).next().unwrap_or_default();
            match verb {
                "EHLO" => {
                    self.reset();
                    self.say(&format!("250-localhost\r\n250-SIZE {MAX_MESSAGE_SIZE}\r\n250-8BITMIME\r\n250 SMTPUTF8"))?;
                }
                "HELO" => {
                    self.reset();
                    self.say("250 localhost")?;
                }
                "MAIL" => {
                    self.from = address(&line);
                    self.to.clear();
                    self.say(if self.from.is_some() { "250 ok" } else { "501 no address" })?;
                }
                "RCPT" => {
                    let answer = self.recipient(&line);
                    self.say(answer)?;
                }
                "DATA" if self.to.is_empty() => self.say("503 no recipient")?,
                "DATA" => self.data(shared)?,
                "RSET" => {
                    self.reset();
                    self.say("250 ok")?;
                }
                "NOOP" => self.say("250 ok")?,
                "QUIT" => return self.say("221 bye"),
                _ => self.say("502 not known here")?,
            }
        }
        Ok(())
    }

    fn recipient(&mut self, line: &str) -> &'static str {
        match address(line) {
            _ if self.from.is_none() => "503 no sender",
            _ if self.to.len() >= MAX_RECIPIENTS => "452 too many recipients",
            Some(to) => {
                self.to.push(to);
                "250 ok"
            }
            None => "501 no address",
        }
    }

    fn data(&mut self, shared: &Shared) -> io::Result<()> {
        self.say("354 end with a dot on a line")?;
        let mut message = Vec::new();
        let mut received = 0;
        loop {
            let mut line = Vec::new();
            let read = (&mut self.input).take(MAX_MESSAGE_SIZE as u64).read_until(b'\n', &mut line)?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if matches!(line.as_slice(), b".\r\n" | b".\n") {
                break;
            }
            // A leading dot was doubled by the sender.
            let text = line.strip_prefix(b".").unwrap_or(&line);
            received += text.len();
            if received > 4 * MAX_MESSAGE_SIZE {
                return Err(io::ErrorKind::FileTooLarge.into());
            }
            if received <= MAX_MESSAGE_SIZE {
                message.extend_from_slice(text);
            }
        }
        let answer = if received > MAX_MESSAGE_SIZE {
            "552 too large".to_owned()
        } else {
            match self.keep(shared, &message) {
                Ok(number) => format!("250 kept as {number:06}"),
                Err(_) => "451 cannot be kept now".to_owned(),
            }
        };
        self.reset();
        self.say(&answer)
    }

    fn keep(&self, shared: &Shared, message: &[u8]) -> Result<u64> {
        let number = shared.next.fetch_add(1, Ordering::Relaxed);
        let mut text = format!("X-Envelope-From: <{}>\r\n", self.from.as_deref().unwrap_or_default()).into_bytes();
        for to in &self.to {
            text.extend_from_slice(format!("X-Envelope-To: <{to}>\r\n").as_bytes());
        }
        text.extend_from_slice(message);
        secret::write(&shared.dir.join(format!("{number:06}.eml")), &text)?;
        Ok(number)
    }

    fn reset(&mut self) {
        self.from = None;
        self.to.clear();
    }

    fn line(&mut self) -> io::Result<Option<String>> {
        let mut line = Vec::new();
        let read = (&mut self.input).take(MAX_LINE_LENGTH).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(None);
        }
        if line.last() != Some(&b'\n') {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(Some(String::from_utf8_lossy(&line).trim_end().to_owned()))
    }

    fn say(&self, text: &str) -> io::Result<()> {
        let mut output = self.output;
        output.write_all(format!("{text}\r\n").as_bytes())
    }
}

/// The address between the angle brackets; an empty sender is an address too.
fn address(line: &str) -> Option<String> {
    let (_, rest) = line.split_once('<')?;
    let (address, _) = rest.split_once('>')?;
    Some(address.chars().filter(|c| !c.is_control()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn talk(catcher: &MailCatcher, lines: &[&str]) -> Vec<String> {
        let stream = TcpStream::connect(catcher.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        (&stream).write_all(lines.concat().as_bytes()).unwrap();
        BufReader::new(&stream).lines().map_while(|line| line.ok()).collect()
    }

    #[test]
    fn a_message_is_kept_as_it_was_written_with_its_envelope() {
        let dir = std::env::temp_dir().join(format!("ro-mail-{}", std::process::id()));
        let catcher = MailCatcher::start(&dir).unwrap();
        let answers = talk(
            &catcher,
            &[
                "EHLO test\r\nRCPT TO:<early@example.test>\r\nMAIL FROM:<ro@example.test> BODY=8BITMIME\r\n",
                "RCPT TO:<head@example.test>\r\nDATA\r\nSubject: é\r\n\r\n..dot\r\n.\r\nNOOP\r\nRSET\r\nQUIT\r\n",
            ],
        );
        let codes: Vec<_> = answers.iter().map(|line| &line[..3]).collect();
        assert_eq!(codes, ["220", "250", "250", "250", "250", "503", "250", "250", "354", "250", "250", "250", "221"], "{answers:?}");
        let kept = fs::read_to_string(dir.join("000001.eml")).unwrap();
        assert_eq!(kept, "X-Envelope-From: <ro@example.test>\r\nX-Envelope-To: <head@example.test>\r\nSubject: é\r\n\r\n.dot\r\n");
        drop(catcher);
        let again = MailCatcher::start(&dir).unwrap();
        talk(&again, &["HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n"]);
        assert!(dir.join("000002.eml").is_file(), "numbers go on after a restart");
        fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn a_line_without_end_closes_the_session_instead_of_filling_memory() {
        let dir = std::env::temp_dir().join(format!("ro-mail-long-{}", std::process::id()));
        let catcher = MailCatcher::start(&dir).unwrap();
        let answers = talk(&catcher, &["x".repeat(8000).as_str()]);
        assert_eq!(answers.len(), 1, "the greeting and nothing more");
        fs::remove_dir_all(&dir).unwrap();
    }
}
