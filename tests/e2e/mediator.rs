//! Mediators from outside: an assignment that the registry refuses with the module and the date, and access that ends with the engagement.

use harness::system::{System, Wishes};
use proto::cases::v1::{
    AssignMediatorRequest, EndAssignmentRequest, EndEngagementRequest, EngagementEnd, GetCaseRequest, GetMediatorRequest,
    MatchMediatorsRequest, RecordTrainingRequest,
};
use tonic::Code;

use crate::gate::{Mediating, mediating, ro, stopped};

const MANAGER: &str = "national-manager-1";
const OFFICER: &str = "rj-officer-1";
const MEDIATOR: &str = "mediator-1";
const OTHER: &str = "mediator-2";

const CATALOGUE: &str = "code,name_en,name_fr,required,months\nprotocols,Program protocols,Protocoles du programme,yes,24\n";
/// What CSC makes required afterwards.
const NEW: &str = "harm,Working with harm,Travailler avec les torts,yes,12\n";

/// A system of its own: what it does to the mediators would stop the cases of other tests.
async fn with_catalogue(file: &std::path::Path) -> System {
    std::fs::write(file, CATALOGUE).unwrap();
    let setting = ("CASES_TRAINING_MODULES".to_owned(), file.display().to_string());
    System::start(Wishes { settings: [("cases".to_owned(), vec![setting])].into(), ..Wishes::default() }).await
}

// [R3d] [D-mediator] [R4b]
#[tokio::test]
async fn a_mediator_is_assigned_with_current_training_only_and_the_end_of_the_engagement_ends_access_and_mediation() {
    let file = std::env::temp_dir().join(format!("ro-modules-{}.csv", std::process::id()));
    let system = with_catalogue(&file).await;
    let Mediating { case, .. } = mediating(&system).await;
    let mut registry = system.mediators(MANAGER);

    // A module becomes required, and what they completed of it is long past.
    std::fs::write(&file, format!("{CATALOGUE}{NEW}")).unwrap();
    system.kill("cases").await;
    system.restart("cases").await;
    let train = |completed_on: &str| RecordTrainingRequest {
        mediator: OTHER.into(),
        modules: vec!["harm".into()],
        completed_on: completed_on.into(),
        ..Default::default()
    };
    registry.record_training(train("2020-01-15")).await.unwrap();
    let give = AssignMediatorRequest { case_id: case.case_id.clone(), mediator: OTHER.into(), until: None };
    let refused = system.access(OFFICER).assign_mediator(give.clone()).await.err().unwrap();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert!(
        ["Working with harm", "training-expired:harm", "2021-01-15"].iter().all(|word| refused.message().contains(word)),
        "{refused:?}"
    );
    let (done, text) = ro(&system, OFFICER, &["case", "assign", &case.case_number, "--mediator", OTHER, "--lang", "fr"]).await;
    assert!(!done && text.contains("Travailler avec les torts") && text.contains("2021-01-15"), "{text}");
    let (done, text) = ro(&system, OFFICER, &["mediator", "match", &case.case_number]).await;
    assert!(done && text.contains("mediator-2: does not fit") && text.contains("training-expired:harm"), "{text}");

    registry.record_training(train("")).await.unwrap();
    let matches = system.mediators(OFFICER).match_mediators(MatchMediatorsRequest { case_ref: case.case_id.clone() }).await.unwrap();
    assert_eq!(matches.into_inner().matches.first().map(|found| (found.mediator.clone(), found.fits)), Some((OTHER.to_owned(), true)));
    system.access(OFFICER).assign_mediator(give.clone()).await.unwrap();
    let read = || GetCaseRequest { case_ref: case.case_id.clone() };
    assert!(system.cases(OTHER).get_case(read()).await.is_ok());

    // The end of the engagement, by the command of the National Manager.
    let (done, text) = ro(&system, MANAGER, &["mediator", "end", OTHER, "--why", "own-wish"]).await;
    assert!(done, "{text}");
    assert_eq!(system.cases(OTHER).get_case(read()).await.err().unwrap().code(), Code::NotFound);
    stopped(&system, &case, false).await;
    let refused = system.access(OFFICER).assign_mediator(give).await.err().unwrap();
    assert!(refused.message().contains("engagement-over"), "{refused:?}");
    let own = system.mediators(OTHER).get_mediator(GetMediatorRequest::default()).await.unwrap().into_inner().mediator.unwrap();
    assert_eq!((own.mediator.as_str(), own.why_ended()), (OTHER, EngagementEnd::OwnWish));

    // Nobody but the National Manager ends one, and another's entry is not there for a mediator.
    let end = EndEngagementRequest { mediator: MEDIATOR.into(), why: EngagementEnd::OwnWish.into() };
    assert_eq!(system.mediators("rj-supervisor-1").end_engagement(end).await.err().unwrap().code(), Code::PermissionDenied);
    let foreign = GetMediatorRequest { mediator: MEDIATOR.into() };
    assert_eq!(system.mediators(OTHER).get_mediator(foreign).await.err().unwrap().code(), Code::NotFound);
    let former = EndAssignmentRequest { case_id: case.case_id.clone(), mediator: OTHER.into() };
    system.access(OFFICER).end_assignment(former).await.unwrap();
    std::fs::remove_file(&file).unwrap();
}
