//! Submission of referrals: once per key, never dropped, whatever else is in the batch.

use base::{Error, Ids, Refusal};
use intake::{
    app::{
        App,
        queue::{
            get::get_referral,
            list::list_queue,
            screen::{Screening, screen_referral},
        },
        referral::{
            get_receipt::get_receipt,
            submit::{self, BATCH},
        },
    },
    domain::{Disposition, Repeat, queue::list::List},
};
use proto::{
    intake::v1::{Known, Origin, Referral, ReferralCorrected, ReferralScreened},
    role,
    safety::v1 as safety,
    subject,
};

use crate::support::*;

#[tokio::test]
async fn the_same_referral_sent_twice_is_one_referral_with_one_receipt() {
    let app = app().await;
    let first = submit(&app, &staff("mission"), referral("form-1")).await;
    app.clock.advance(time::Duration::hours(30));
    let again = submit(&app, &staff("mission"), referral("form-1")).await;
    assert_eq!((first.repeat, again.repeat), (Repeat::First, Repeat::SameBody));
    assert_eq!((&first.number, first.received_at, &first.key), (&again.number, again.received_at, &again.key));
    assert_eq!(proto::reference::parse("RO", &first.number).as_ref(), Some(&first.number));
    assert_eq!(count(&app, "referral").await, 1);
    let facts = received_facts(&app).await;
    assert_eq!(facts.len(), 1);
    assert_eq!((facts[0].site.as_str(), facts[0].referral_id.clone()), ("mission", only_id(&app).await));
}

#[tokio::test]
async fn two_people_who_say_the_same_words_without_a_key_are_two_referrals_and_two_concerns() {
    let app = app().await;
    let words = Referral { safety_concern: "he has a knife".into(), ..referral("") };
    let answers = submit_all(&app, &staff("mission"), vec![words.clone(), words.clone()]).await;
    let numbers: Vec<String> = answers.into_iter().map(recorded).map(|receipt| receipt.number).collect();
    assert_ne!(numbers[0], numbers[1]);
    let third = submit(&app, &staff("mission"), words.clone()).await;
    assert_eq!(third.repeat, Repeat::First);
    assert_eq!((count(&app, "referral").await, count(&app, "referral_variant").await), (3, 0));
    // Each rings, and so do two that are refused with the same words.
    let bad = Referral { origin: 0, ..words };
    submit_all(&app, &staff("mission"), vec![bad.clone(), bad]).await;
    let mut ids: Vec<String> =
        waiting::<safety::Concern>(&app, subject::RAISE_BY_INTAKE).await.into_iter().map(|concern| concern.concern_id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 5);
    // The key that was made is answered, and a retry under it is one.
    let again = submit(&app, &staff("mission"), Referral { idempotency_key: third.key, ..referral("") }).await;
    assert_eq!((again.number, again.repeat), (third.number, Repeat::OtherBody));
}

#[tokio::test]
async fn a_key_is_the_same_under_every_spelling_and_each_sender_is_answered_with_the_one_they_gave() {
    let app = app().await;
    let first = submit(&app, &staff("mission"), referral("Formulaire-É-1")).await;
    for spelling in ["formulaire-e\u{301}-1", "FORMULAIRE\u{2011}É\u{2013}1", "\u{a0}Formulaire-É\u{200b}-1\u{2009}"] {
        let again = submit(&app, &staff("mission"), referral(spelling)).await;
        assert_eq!((again.repeat, &again.number, again.key.as_str()), (Repeat::SameBody, &first.number, spelling));
    }
    assert_eq!(count(&app, "referral").await, 1);
    assert_eq!(get_receipt(&app, &staff("mission"), &first.number).await.unwrap().key, "Formulaire-É-1");
}

#[tokio::test]
async fn a_referral_from_before_keys_had_a_form_is_known_again_under_the_key_it_was_given() {
    let app = app().await;
    let first = submit(&app, &staff("mission"), referral("Form-1")).await;
    sqlx::query("update referral set key_form = null, questions = null").execute(&app.database.admin).await.unwrap();
    let again = submit(&app, &staff("mission"), referral("Form-1")).await;
    assert_eq!((again.repeat, again.number), (Repeat::SameBody, first.number));
}

#[tokio::test]
async fn invisible_characters_alone_are_refused_with_a_reason_and_nothing_empty_stands_in_the_queue() {
    let app = app().await;
    let nothing = |text: &str| Referral { request: text.into(), offender_name: String::new(), ..referral("") };
    let lines = ["\u{200b}\u{200d}\u{feff}", "\u{3164}", "\u{2800}\u{2800}", "\u{ad}\u{2060}"].map(nothing).to_vec();
    for answer in submit_all(&app, &staff("mission"), lines).await {
        assert_eq!(refused(&answer), ("nothing-told", Some("request")));
    }
    assert_eq!(count(&app, "referral").await, 0);
}

#[tokio::test]
async fn a_correction_after_the_decision_goes_back_to_the_queue_is_shown_and_told_until_it_is_decided_anew() {
    for disposition in [Disposition::OtherPartyUnwilling, Disposition::Accepted] {
        let app = app().await;
        submit(&app, &staff("mission"), referral("1")).await;
        let id = only_id(&app).await;
        crate::screening::decide(&app, &officer(1), &id, disposition, "as heard").await.unwrap();
        let queue = async || list_queue(&app, &officer(1), &List::Waiting.into(), 0, "").await.unwrap().0;
        assert!(queue().await.is_empty());
        app.clock.advance(-time::Duration::HOUR);
        let corrected = Referral { no_contact_condition: Known::Yes.into(), ..referral("1") };
        for _ in 0..2 {
            submit(&app, &staff("mission"), corrected.clone()).await;
        }
        let shown = queue().await;
        assert_eq!(shown.len(), 1, "{disposition:?}");
        assert_eq!(shown[0].flags.codes(), ["no-contact-condition", "corrected-after-decision"]);
        let told: Vec<ReferralCorrected> = waiting(&app, subject::REFERRAL_CORRECTED).await;
        let decided: Vec<ReferralScreened> = waiting(&app, subject::REFERRAL_SCREENED).await;
        assert_eq!((told.len(), told[0].referral_id.as_str()), (1, id.as_str()));
        let instant = |stamp: &Option<prost_types::Timestamp>| stamp.as_ref().and_then(base::wire::instant).unwrap();
        assert!(instant(&told[0].corrected_at) > instant(&decided[0].screened_at), "whatever the clock says");
        // The same decision, made anew on what is known now, is told.
        crate::screening::decide(&app, &officer(1), &id, disposition, "as heard").await.unwrap();
        let decided: Vec<ReferralScreened> = waiting(&app, subject::REFERRAL_SCREENED).await;
        assert_eq!(decided.len(), 2);
        assert!(instant(&decided[1].screened_at) > instant(&told[0].corrected_at));
        assert!(queue().await.is_empty());
        let (_, full, _) = get_referral(&app, &officer(1), &id, None).await.unwrap();
        assert_eq!(full.flags.codes(), ["no-contact-condition"], "and the condition stays known");
    }
}

#[tokio::test]
async fn a_resend_that_is_silent_or_of_another_origin_leaves_the_question_open_and_the_answer_given() {
    let app = app().await;
    let unanswered = Referral { offender_asked: 0, ..referral("1") };
    submit(&app, &staff("mission"), unanswered.clone()).await;
    let id = only_id(&app).await;
    let flags = async || get_referral(&app, &officer(1), &id, None).await.unwrap().1.flags.codes();
    let resends = [
        Referral { request: "in other words".into(), ..unanswered.clone() },
        Referral { origin: Origin::Victim.into(), ..unanswered.clone() },
        Referral { origin: Origin::Victim.into(), ..referral("1") },
    ];
    for resend in resends {
        submit(&app, &staff("mission"), resend).await;
        assert_eq!(flags().await, ["offender-asked-not-stated"]);
    }
    submit(&app, &officer(1), referral("1")).await;
    assert!(flags().await.is_empty());
    submit(&app, &staff("mission"), Referral { request: "again in other words".into(), ..unanswered.clone() }).await;
    assert!(flags().await.is_empty(), "silence takes no answer back");
    submit(&app, &staff("mission"), Referral { offender_asked: Known::No.into(), ..unanswered }).await;
    assert_eq!(flags().await, ["offender-asked-not-stated"], "an answer that says otherwise does");
}

#[tokio::test]
async fn the_same_key_of_two_sites_is_two_referrals() {
    let app = app().await;
    submit(&app, &staff("mission"), referral("1")).await;
    let kent = submit(&app, &staff("kent"), Referral { site: "kent".into(), ..referral("1") }).await;
    assert_eq!(kent.repeat, Repeat::First);
    assert_eq!(count(&app, "referral").await, 2);
}

#[tokio::test]
async fn another_body_under_a_known_key_is_kept_beside_the_first_and_shown_to_the_unit() {
    let app = app().await;
    let first = submit(&app, &staff("mission"), referral("form-1")).await;
    let other = Referral { request: "wishes to meet".into(), ..referral("form-1") };
    for _ in 0..2 {
        let kept = submit(&app, &staff("mission"), other.clone()).await;
        assert_eq!((kept.repeat, &kept.number), (Repeat::OtherBody, &first.number));
        let answer = intake::wire::receipt(&kept);
        assert!(answer.already_known && answer.variant_kept);
    }
    assert_eq!((count(&app, "referral").await, count(&app, "referral_variant").await), (1, 1));
    let (_, full, _) = get_referral(&app, &officer(1), &only_id(&app).await, None).await.unwrap();
    let kept = intake::wire::kept_referral(&full.variants[0], &full.key).unwrap();
    assert!(kept == other, "the variant reads back as it was sent");
    assert!(intake::wire::kept_referral(&full.content, &full.key).unwrap() == referral("form-1"));
    let (queue, _) = list_queue(&app, &officer(1), &List::Waiting.into(), 0, "").await.unwrap();
    assert_eq!(queue[0].variants, 1);
}

#[tokio::test]
async fn an_answer_that_arrives_under_the_same_key_answers_the_question_and_a_condition_stays_known() {
    let app = app().await;
    let unanswered = Referral { origin: Origin::Community.into(), ..referral("form-1") };
    submit(&app, &staff("mission"), unanswered.clone()).await;
    let id = only_id(&app).await;
    let (_, before, _) = get_referral(&app, &officer(1), &id, None).await.unwrap();
    assert_eq!((before.state.code(), before.flags.codes()), ("needs-clarification", vec!["conditions-not-stated".to_owned()]));
    submit(&app, &officer(1), Referral { no_contact_condition: Known::Yes.into(), ..unanswered }).await;
    let (_, after, _) = get_referral(&app, &officer(1), &id, None).await.unwrap();
    assert_eq!((after.state.code(), after.flags.codes()), ("received", vec!["no-contact-condition".to_owned()]));
}

#[tokio::test]
async fn a_broken_line_in_the_middle_of_a_batch_stops_no_other_line() {
    let app = app().await;
    let lines = vec![
        referral("1"),
        Referral { origin: 99, ..referral("2") },
        Referral { request: "a\0b".into(), ..referral("3") },
        Referral { site: "kent".into(), ..referral("4") },
        referral("1"),
        Referral { request: "another body".into(), ..referral("1") },
        Referral { origin: Origin::AnyCommunication.into(), request: "inmate wants to send an apology letter".into(), ..referral("5") },
    ];
    let answers = submit_all(&app, &staff("mission"), lines).await;
    assert_eq!(answers.len(), 7);
    assert_eq!(refused(&answers[1]), ("origin-unknown", Some("origin")));
    assert_eq!(refused(&answers[2]), ("control-character", Some("request")));
    assert_eq!(refused(&answers[3]), ("site-not-yours", Some("site")));
    let repeats: Vec<Repeat> = [0, 4, 5, 6].map(|i: usize| recorded(answers[i].clone()).repeat).into();
    assert_eq!(repeats, [Repeat::First, Repeat::SameBody, Repeat::OtherBody, Repeat::First]);
    assert_eq!((count(&app, "referral").await, count(&app, "referral_variant").await), (2, 1));
    assert_eq!(received_facts(&app).await.len(), 2);
}

#[tokio::test]
async fn the_referrals_of_an_import_say_which_and_one_that_stands_alone_says_none() {
    let app = app().await;
    let import = uuid::Uuid::from_u128(7).to_string();
    let send = async |keys: &[&str], import_id: &str| {
        let lines = keys.iter().map(|key| submission(referral(key))).collect();
        submit::import(&app, &staff("mission"), import_id, lines).await.unwrap();
        let said = received_facts(&app).await.into_iter().map(|fact| fact.import_id);
        sqlx::query("delete from outbox").execute(&app.database.admin).await.unwrap();
        said.collect::<Vec<String>>()
    };
    assert_eq!(send(&["1", "2"], &import).await, [import.clone(), import.clone()], "the calls of one import share its id");
    assert_eq!(send(&["3"], &import).await, [import], "its last call may hold one referral");
    let own = send(&["4", "5"], "").await;
    assert!(own[0] == own[1] && uuid::Uuid::try_parse(&own[0]).is_ok(), "a call of several without an id is an import of its own: {own:?}");
    assert_eq!(send(&["6"], "").await, [""]);
    submit(&app, &staff("mission"), referral("7")).await;
    assert_eq!(received_facts(&app).await[0].import_id, "");
}

#[tokio::test]
async fn more_lines_than_one_call_may_hold_are_refused_nothing_is_recorded_and_every_concern_in_them_rings() {
    let app = app().await;
    let lines = (0..=BATCH).map(|i| submission(referral(&i.to_string()))).collect();
    let refusal = submit::submit(&app, &staff("mission"), lines).await.unwrap_err();
    assert!(matches!(refusal, Error::Refused(Refusal { reason: "too-many-lines", .. })));
    assert_eq!((count(&app, "referral").await, count(&app, "outbox").await), (0, 0));
    let worried = |i: usize| Referral { safety_concern: if i % 100 == 7 { format!("concern {i}") } else { String::new() }, ..referral("") };
    let lines = (0..=BATCH).map(|i| submission(worried(i))).collect();
    let refusal = submit::submit(&app, &staff("mission"), lines).await.unwrap_err();
    assert!(matches!(&refusal, Error::Refused(refusal) if refusal.en.contains("raised all the same")), "{refusal}");
    assert_eq!(waiting::<safety::Concern>(&app, subject::RAISE_BY_INTAKE).await.len(), 5, "every concern in them rings");
    sqlx::query("update outbox set carried_at = now()").execute(&app.database.admin).await.unwrap();
    let before = count(&app, "outbox").await;
    let lines = (0..BATCH).map(|i| referral(&i.to_string())).collect();
    assert_eq!(submit_all(&app, &staff("mission"), lines).await.len(), BATCH);
    // They share facts of at most 200 each.
    assert_eq!((count(&app, "referral").await, received_facts(&app).await.len()), (500, 500));
    assert_eq!(count(&app, "outbox").await - before, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_systems_sending_the_same_batch_at_once_in_any_order_give_one_row_each() {
    let app = app().await;
    let calls = (0..8_usize).map(|turn| {
        let app = app.clone();
        tokio::spawn(async move {
            let mut lines: Vec<Referral> = (0..20).map(|i| referral(&i.to_string())).collect();
            lines.rotate_left(turn * 2);
            if turn % 2 == 1 {
                lines.reverse();
            }
            submit_all(&app, &staff("mission"), lines).await
        })
    });
    let mut firsts = 0;
    for call in calls.collect::<Vec<_>>() {
        let answers = call.await.unwrap();
        firsts += answers.into_iter().filter(|a| recorded(a.clone()).repeat == Repeat::First).count();
    }
    assert_eq!(firsts, 20);
    let mut told: Vec<String> = received_facts(&app).await.into_iter().map(|fact| fact.referral_id).collect();
    assert_eq!((count(&app, "referral").await, told.len()), (20, 20));
    told.sort();
    told.dedup();
    assert_eq!(told.len(), 20, "each of them is told once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_batches_of_other_bodies_in_opposite_orders_never_wait_for_each_other_in_a_circle() {
    let app = app().await;
    let keys = 40_i64;
    submit_all(&app, &staff("mission"), (0..keys).map(|i| referral(&i.to_string())).collect()).await;
    let calls = (0..8).map(|turn| {
        let app = app.clone();
        tokio::spawn(async move {
            let body = |i: i64| Referral { request: format!("body of sender {turn}"), ..referral(&i.to_string()) };
            let mut lines: Vec<Referral> = (0..keys).map(body).collect();
            if turn % 2 == 1 {
                lines.reverse();
            }
            submit_all(&app, &staff("mission"), lines).await
        })
    });
    for call in calls.collect::<Vec<_>>() {
        assert!(call.await.unwrap().into_iter().all(|a| recorded(a).repeat == Repeat::OtherBody));
    }
    assert_eq!((count(&app, "referral").await, count(&app, "referral_variant").await), (keys, 8 * keys));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_submissions_of_one_key_at_once_give_one_row_and_one_number() {
    let app = app().await;
    let calls: Vec<_> = (0..8)
        .map(|_| {
            let app = app.clone();
            tokio::spawn(async move { submit(&app, &staff("mission"), referral("form-1")).await })
        })
        .collect();
    let mut receipts = Vec::new();
    for call in calls {
        receipts.push(call.await.unwrap());
    }
    assert_eq!(receipts.iter().filter(|r| r.repeat == Repeat::First).count(), 1);
    assert!(receipts.iter().all(|r| r.number == receipts[0].number));
    assert_eq!((count(&app, "referral").await, count(&app, "outbox").await), (1, 1));
}

#[tokio::test]
async fn a_receipt_number_that_is_taken_is_drawn_again() {
    let app = app().await;
    let first = submit(&app, &staff("mission"), referral("1")).await;
    sqlx::query("update referral set referral_id = $1").bind(uuid::Uuid::max()).execute(&app.database.admin).await.unwrap();
    // The same seed draws the same number first.
    let twin = App { ids: Ids::seeded(7), ..app.clone() };
    let second = submit(&twin, &staff("mission"), referral("2")).await;
    assert_eq!((first.repeat, second.repeat), (Repeat::First, Repeat::First));
    assert_ne!(first.number, second.number);
    assert_eq!(count(&app, "referral").await, 2);
}

#[tokio::test]
async fn a_concern_in_a_referral_is_raised_in_the_same_transaction_and_once() {
    let app = app().await;
    let worried = Referral { safety_concern: "said he will hurt himself".into(), ..referral("1") };
    submit(&app, &staff("mission"), worried.clone()).await;
    submit(&app, &staff("mission"), worried.clone()).await;
    let raised: Vec<safety::Concern> = waiting(&app, subject::RAISE_BY_INTAKE).await;
    assert_eq!(raised.len(), 1);
    assert_eq!((raised[0].text.as_str(), raised[0].site.as_str()), ("said he will hurt himself", "mission"));
    assert_eq!(raised[0].grade, i32::from(safety::Grade::Concern));
    assert!(raised[0].concern_id.parse::<proto::id::ConcernId>().is_ok());
    submit(&app, &staff("mission"), Referral { safety_concern: "now says tonight".into(), ..worried }).await;
    let raised: Vec<safety::Concern> = waiting(&app, subject::RAISE_BY_INTAKE).await;
    assert_eq!(raised.len(), 2, "a new concern under a known key rings too");
    assert_ne!(raised[0].concern_id, raised[1].concern_id);
}

#[tokio::test]
async fn a_concern_is_raised_even_where_the_referral_is_refused() {
    let app = app().await;
    let lines = vec![
        Referral { origin: 0, safety_concern: "help".into(), ..referral("1") },
        Referral { site: "Not a site".into(), safety_concern: "help here too".into(), ..referral("2") },
    ];
    let answers = submit_all(&app, &staff("mission"), lines).await;
    assert_eq!([refused(&answers[0]).0, refused(&answers[1]).0], ["origin-unknown", "site-malformed"]);
    assert_eq!(waiting::<safety::Concern>(&app, subject::RAISE_BY_INTAKE).await.len(), 2);
    assert_eq!(count(&app, "referral").await, 0);
}

#[tokio::test]
async fn a_victim_referral_keyed_at_an_institution_is_invisible_there_except_its_receipt_number() {
    let app = app().await;
    let author = caller("mai-mission", &[role::MANAGER_ASSESSMENT_INTERVENTIONS], &["mission"], &[]);
    let victim = Referral { origin: Origin::Victim.into(), victim_name: "Ada Exemple".into(), ..referral("v-1") };
    let receipt = submit(&app, &author, victim).await;
    let id = only_id(&app).await;
    assert_eq!(get_receipt(&app, &author, &receipt.number.to_lowercase()).await.unwrap().received_at, MORNING);
    let head = caller("head-mission", &[role::INSTITUTIONAL_HEAD], &["mission"], &[]);
    for person in [&author, &head, &staff("mission")] {
        assert!(matches!(get_referral(&app, person, &id, None).await, Err(Error::NotFound)));
        assert!(matches!(list_queue(&app, person, &List::All.into(), 0, "").await, Err(Error::NotFound)));
        let decision = Screening { referral_id: &id, disposition: None, reason: String::new().into(), review_on: "", duplicate_of: "" };
        assert!(matches!(screen_referral(&app, person, decision).await, Err(Error::NotFound)));
    }
    for person in [&head, &staff("mission"), &staff("kent")] {
        let hidden = tonic::Status::from(get_receipt(&app, person, &receipt.number).await.unwrap_err());
        let absent = tonic::Status::from(get_receipt(&app, person, &proto::reference::make("RO", 1)).await.unwrap_err());
        assert_eq!((hidden.code(), hidden.message(), hidden.details().len()), (absent.code(), absent.message(), absent.details().len()));
    }
    assert!(get_receipt(&app, &officer(1), &receipt.number).await.is_ok());
}

#[tokio::test]
async fn a_victim_services_officer_submits_for_the_regional_headquarters_and_an_unregistered_victim_is_welcome() {
    let app = app().await;
    let vso = caller("vso-pacific", &[role::VICTIM_SERVICES_OFFICER], &[], &["pacific"]);
    let from_region = Referral {
        origin: Origin::Victim.into(),
        site: "rhq-pacific".into(),
        victim_name: "Ada Exemple".into(),
        victim_registered: Known::No.into(),
        representative_name: "Perle Fictive".into(),
        representative_relation: "neighbour".into(),
        ..referral("v-1")
    };
    submit(&app, &vso, from_region).await;
    let (_, full, _) = get_referral(&app, &officer(1), &only_id(&app).await, None).await.unwrap();
    assert_eq!((full.state.code(), full.flags.codes()), ("needs-clarification", vec!["representative-relation-unknown".to_owned()]));
}

#[tokio::test]
async fn no_name_and_no_word_of_a_referral_stands_in_a_fact_or_a_subject() {
    let app = app().await;
    let marked = Referral {
        request: "marker-request".into(),
        offender_name: "marker-offender".into(),
        victim_name: "marker-victim".into(),
        ..referral("1")
    };
    submit(&app, &staff("mission"), marked).await;
    let rows: Vec<(String, Vec<u8>)> = sqlx::query_as("select subject, body from outbox").fetch_all(&app.database.admin).await.unwrap();
    assert_eq!(rows.len(), 1);
    for (subject, body) in rows {
        assert!(!subject.contains("marker") && !String::from_utf8_lossy(&body).contains("marker"));
    }
}

#[tokio::test]
async fn a_check_says_what_would_be_refused_records_nothing_and_loses_no_concern() {
    let app = app().await;
    let check = async |referrals: Vec<Referral>| {
        let submissions = referrals.into_iter().map(submission).collect();
        submit::check(&app, &staff("mission"), submissions).await
    };
    let lines = || {
        vec![
            referral("1"),
            Referral { origin: 0, ..referral("2") },
            Referral { site: "kent".into(), safety_concern: "has a weapon".into(), ..referral("3") },
            Referral { safety_concern: "at risk tonight".into(), ..referral("4") },
        ]
    };
    let answers = check(lines()).await.unwrap();
    let reasons: Vec<&str> = answers.iter().map(|answer| answer.as_ref().map_or("", |answer| refused(answer).0)).collect();
    assert_eq!(reasons, ["", "origin-unknown", "site-not-yours", ""]);
    assert_eq!((count(&app, "referral").await, received_facts(&app).await.len()), (0, 0));
    let raised = async || -> Vec<String> {
        waiting::<safety::Concern>(&app, subject::RAISE_BY_INTAKE).await.into_iter().map(|one| one.text).collect()
    };
    assert_eq!(raised().await, ["has a weapon"], "what would be recorded rings when it is");
    // Sent after its check, the same concern is the same.
    let ids = async || -> std::collections::BTreeSet<String> {
        waiting::<safety::Concern>(&app, subject::RAISE_BY_INTAKE).await.into_iter().map(|one| one.concern_id).collect()
    };
    let before = ids().await;
    submit_all(&app, &staff("mission"), lines()).await;
    assert_eq!(ids().await.difference(&before).count(), 1);
    assert_eq!(count(&app, "referral").await, 2);
    assert!(check((0..501).map(|n| referral(&n.to_string())).collect()).await.is_err());
}
