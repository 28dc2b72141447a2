//! The command `ro demo`: a day of the programme, played on the running stack with fictional people. Succeeds only if every step was seen.

mod alarm;
mod cast;
mod day;
mod evening;
mod letter;
mod mail;
mod meeting;
mod morning;
mod on_case;
mod referrals;

use std::{
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use clap::Args;
use local::{Description, Options, Stack};

use crate::{
    client::{
        block_on,
        common::Common,
        failure::Failure,
        session::Session,
        text::{Language, Words},
    },
    print,
    stack::{build, print_progress, signals},
};
use day::Day;

/// Play a day on the running stack, starting one when none runs
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cargo ro demo\n  cargo ro demo --lang fr\n\n\
    Everybody in it is fictional. Exit status 0 only if every step was seen to happen.")]
pub struct Demo {
    #[command(flatten)]
    common: Common,
}

const STARTING: Words = Words {
    en: "no stack is running: starting one for the demonstration",
    fr: "aucun système en marche : démarrage pour la démonstration",
};
const STOPPING: Words = Words { en: "stopping the stack that was started for it", fr: "arrêt du système démarré pour l'occasion" };
const STOPPED: Words = Words { en: "stopped on request", fr: "arrêtée sur demande" };

/// Plays the day; starts a stack, and stops it afterwards, when none runs.
pub fn run(demo: &Demo) -> ExitCode {
    let common = &demo.common;
    let result = match running(common) {
        Some(found) => found.and_then(|stack| play(common, stack, &Arc::default())),
        None => on_a_stack_of_its_own(common),
    };
    result.map_or_else(|failure| failure.report(common.lang(), common.json), |()| ExitCode::SUCCESS)
}

/// The stack that is named or runs here, if any.
fn running(common: &Common) -> Option<Result<Description, Failure>> {
    match &common.stack {
        Some(path) => Some(Description::load(path).map_err(Failure::from)),
        None => common.place.description().ok().map(Ok),
    }
}

fn on_a_stack_of_its_own(common: &Common) -> Result<(), Failure> {
    let lang = common.lang();
    print::note(STARTING.of(lang));
    if build::by_cargo() {
        build::programs()?;
    }
    let options = Options::new(common.place.dir(), build::bin_dir()?);
    signals::raise_on_stop(options.cancel.clone()).map_err(|e| Failure::Other(e.into()))?;
    let stack = Stack::start(&options, &mut print_progress).map_err(|e| Failure::Other(e.into()))?;
    let played = play(common, stack.description().clone(), &options.cancel);
    print::note(STOPPING.of(lang));
    stack.stop(&mut print_progress);
    played
}

fn play(common: &Common, stack: Description, cancel: &Arc<AtomicBool>) -> Result<(), Failure> {
    // The demo uses only this stack: addresses that are set for another one are ignored.
    let ours = Common { language: Language { lang: Some(common.lang()), ..Language::default() }, json: common.json, ..Common::plain() };
    let session = Session::with(&ours, Some(stack.clone()))?;
    let day = Day::begin(session, stack)?;
    block_on(async {
        tokio::select! {
            played = Box::pin(from_morning_to_evening(&day)) => played,
            () = asked_to_stop(cancel) => Err(Failure::Other(anyhow::anyhow!(STOPPED.of(day.lang())))),
        }
    })
}

async fn from_morning_to_evening(day: &Day) -> Result<(), Failure> {
    let before = evening::counted(day).await?;
    let referrals = Box::pin(morning::referrals_arrive(day)).await?;
    let case = Box::pin(morning::nhq_screens(day, &referrals)).await?;
    let alarm = Box::pin(alarm::imminent_risk(day, case)).await?;
    // An acceptance stops mails that are not yet sent, so the rings are checked before anybody accepts.
    Box::pin(evening::mail_went_out(day, &alarm)).await?;
    Box::pin(alarm::each_accepts(day, &alarm)).await?;
    Box::pin(letter::letters_pass(day, &alarm.case_id)).await?;
    let recorded = referrals.recorded + Box::pin(meeting::they_meet(day)).await?;
    Box::pin(evening::report(day, before, recorded)).await?;
    day.end();
    Ok(())
}

async fn asked_to_stop(cancel: &AtomicBool) {
    while !cancel.load(Ordering::Relaxed) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
