//! Earlier faults of the core, one by one: the model must detect each of them.

use safety::domain::alarm::{
    concern::{Audience, AudienceStatus},
    core,
    core::{Ring, Verdict},
    duty,
    ladder::Ladder,
    route,
};
use time::{Duration, OffsetDateTime};

use super::engine::Core;

fn span(duration: std::time::Duration) -> Duration {
    Duration::try_from(duration).unwrap()
}

/// A ring as the former engine made it: a step further than the last one, and the next counted from there.
fn former_ring(ladder: &Ladder, ring: Ring, last: u32, now: OffsetDateTime) -> Ring {
    let elapsed = std::time::Duration::try_from(now - ring.since).unwrap_or_default();
    let step = ladder.step_at(elapsed).max(last + 1);
    Ring { step, next: ring.since + span(ladder.due(step + 1)), ..ring }
}

pub const FORMER: [(&str, Core); 8] = [
    (
        "a former head's acceptance silences the new head",
        Core {
            accepted: |told, said, which, sign| {
                let heads = which.iter().any(|at| told[*at].audience == Audience::ResponsibleHead);
                let all: Vec<usize> = (0..told.len()).filter(|at| heads && told[*at].audience == Audience::ResponsibleHead).collect();
                duty::accepted(told, said, if heads { &all } else { which }, sign)
            },
            ..Core::REAL
        },
    ),
    (
        "a second re-route forgets the head before",
        Core {
            routed: |told, office, now| {
                let present = |status: &&AudienceStatus| status.audience == Audience::ResponsibleHead && !status.former;
                let before = told.iter().find(present).map(|status| status.office.clone());
                duty::routed(told, office, now);
                let left = before.filter(|before| before != office && route::is_a_heads(before));
                told.retain(|status| !status.former || Some(&status.office) == left.as_ref());
            },
            ..Core::REAL
        },
    ),
    (
        "a ring out of turn pushes the next one away",
        Core {
            decide: |ladder, said, told, assigned, now| {
                let verdicts = core::decide(ladder, said, told, assigned, now);
                let former = |(verdict, status): (Verdict, &safety::domain::alarm::concern::AudienceStatus)| match verdict {
                    Verdict::Rings(ring) if status.rung_at.is_some() => Verdict::Rings(former_ring(ladder, ring, status.step, now)),
                    other => other,
                };
                verdicts.into_iter().zip(told).map(former).collect()
            },
            ..Core::REAL
        },
    ),
    (
        "a hint that is stored is believed: a clock that steps back, or a changed ladder, is silence",
        Core {
            decide: |ladder, said, told, assigned, now| {
                let verdicts = core::decide(ladder, said, told, assigned, now);
                let former =
                    |(verdict, status): (Verdict, &safety::domain::alarm::concern::AudienceStatus)| match (verdict, status.next_ring_at) {
                        (Verdict::Rings(_), Some(next)) if next > now => Verdict::Waits(next),
                        (other, _) => other,
                    };
                verdicts.into_iter().zip(told).map(former).collect()
            },
            ..Core::REAL
        },
    ),
    ("what is said again, worse, is only recorded", Core { said_again: |_, _, _| {}, ..Core::REAL }),
    (
        "an acceptance stands for whatever is said later",
        Core {
            accepted: |told, said, which, sign| {
                let knowing_all = |status: &safety::domain::alarm::concern::AudienceStatus| {
                    let mut accepted = sign(status);
                    accepted.knowing = u32::MAX;
                    accepted
                };
                duty::accepted(told, said, which, knowing_all)
            },
            said_again: |told, word, now| {
                let before: Vec<_> = told.clone();
                duty::said_again(told, word, now);
                for (status, was) in told.iter_mut().zip(before) {
                    if was.accepted.is_some() {
                        *status = was;
                    }
                }
            },
            ..Core::REAL
        },
    ),
    (
        "a head to whom the person comes back is silent by what they accepted before",
        Core {
            routed: |told, office, now| {
                let before = told.iter().find(|status| status.former && status.office == office && status.accepted.is_some()).cloned();
                duty::routed(told, office, now);
                let present = told.iter_mut().find(|status| status.audience == Audience::ResponsibleHead && !status.former);
                if let Some((present, before)) = present.zip(before).filter(|(present, _)| route::is_a_heads(&present.office)) {
                    *present = AudienceStatus { former: false, ended: false, ..before };
                }
            },
            ..Core::REAL
        },
    ),
    ("nobody looks at what changed between two rings", Core { asks: false, ..Core::REAL }),
];
