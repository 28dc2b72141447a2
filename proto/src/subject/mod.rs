//! Every subject, stream and durable consumer of the bus, and who may publish and read what: `docs/asyncapi.yaml` and the NATS permissions
//! are checked against this folder.

mod consumer;
mod name;
mod permission;
mod stream;
mod witness;

pub use self::{consumer::*, name::*, permission::*, stream::*, witness::*};

#[cfg(test)]
mod tests {
    use topology::{Keeps, StreamSpec};

    use super::*;
    use crate::id::Region;

    /// Whether a subject, or a pattern that is no wider, matches a pattern.
    fn holds(pattern: &str, subject: &str) -> bool {
        let (pattern, subject): (Vec<_>, Vec<_>) = (pattern.split('.').collect(), subject.split('.').collect());
        pattern.len() == subject.len() && pattern.iter().zip(&subject).all(|(a, b)| *a == "*" || a == b)
    }

    #[test]
    fn every_consumer_reads_a_stream_that_holds_its_subjects_and_belongs_to_its_service() {
        for consumer in CONSUMERS {
            let stream = STREAMS.iter().find(|s| s.name == consumer.stream).unwrap();
            assert!(consumer.name.starts_with(consumer.service), "{}", consumer.name);
            for filter in consumer.filters {
                assert!(stream.subjects.iter().any(|subject| holds(subject, filter)), "{filter} is not in {}", stream.name);
            }
        }
    }

    #[test]
    fn what_is_kept_until_it_is_heard_has_one_reader() {
        for stream in STREAMS.into_iter().filter(|stream| stream.keeps == Keeps::UntilHeard) {
            let filters: Vec<_> = CONSUMERS.iter().filter(|c| c.stream == stream.name).flat_map(|c| c.filters).collect();
            assert!(!filters.is_empty(), "nobody hears {}", stream.name);
            for (i, one) in filters.iter().enumerate() {
                assert!(!filters.iter().skip(i + 1).any(|other| holds(one, other) || holds(other, one)), "{one} has two readers");
            }
        }
    }

    // [LPR4]
    #[test]
    fn no_message_outlives_three_months_on_the_bus_far_below_the_two_years_of_the_law() {
        for stream in STREAMS {
            assert!((1..=92).contains(&stream.kept_days), "{}", stream.name);
        }
    }

    #[test]
    fn no_subject_stands_in_two_streams() {
        let all: Vec<_> = STREAMS.iter().flat_map(|s| s.subjects).collect();
        for (i, one) in all.iter().enumerate() {
            for other in &all[i + 1..] {
                assert!(!holds(one, other) && !holds(other, one), "{one} {other}");
            }
        }
    }

    /// Most bytes one login can put into a stream, by the bounds of its subjects.
    fn most_of(login: &Permissions, stream: &StreamSpec) -> i64 {
        let own = login.publish.iter().filter(|said| stream.subjects.iter().any(|subject| holds(subject, said)));
        let each = stream.max_per_subject.map_or(stream.max_bytes, |most| most * i64::from(stream.max_message_bytes));
        each * i64::try_from(own.count()).unwrap()
    }

    #[test]
    fn no_site_region_or_service_can_fill_a_stream_that_another_one_writes() {
        let services = ["intake", "cases", "safety", "notification", "reporting"].map(service_permissions);
        let site = site_permissions(&"mission".parse().unwrap());
        let outside = [site.clone(), region_permissions(Region::Pacific)];
        for stream in STREAMS {
            let writers = services.iter().filter(|login| most_of(login, &stream) > 0).count();
            let from_outside = outside.iter().any(|login| most_of(login, &stream) > 0);
            assert!(writers <= 1 || stream.max_per_subject.is_some(), "{} services fill {}", writers, stream.name);
            assert!(writers == 0 || !from_outside, "{} is written by services and from outside", stream.name);
            for login in &outside {
                assert!(most_of(login, &stream) * 8 <= stream.max_bytes, "one login fills an eighth of {}", stream.name);
            }
        }
        // Two services raise; together they fit.
        let raises: i64 = services.iter().map(|login| most_of(login, &SERVICE_RAISES)).sum();
        assert!((1..=SERVICE_RAISES.max_bytes).contains(&raises), "{raises}");
        // There are fewer sites than that.
        assert!(most_of(&site, &RAISES) * 80 <= RAISES.max_bytes, "a flood of every site at once closes the lane of another");
        assert!(most_of(&site, &RECEIPTS) == 0, "a site writes receipts");
    }

    #[test]
    fn a_service_raises_in_its_own_name_and_a_site_only_in_that_of_the_site() {
        assert_eq!(raising_service(RAISE_BY_CASES), Some("cases"));
        assert_eq!(raising_service(RAISE_BY_INTAKE), Some("intake"));
        for code in ["service", "cases", "mission"] {
            assert_eq!(raising_service(&raise_concern(&code.parse().unwrap())), None, "{code}");
        }
        assert_eq!([raising_service("ro.safety.raise.service."), raising_service("ro.safety.raise.service.a.b")], [None, None]);
        for (service, own) in [("cases", RAISE_BY_CASES), ("intake", RAISE_BY_INTAKE)] {
            let raises: Vec<_> = service_permissions(service).publish.into_iter().filter(|said| said.contains(".raise.")).collect();
            assert_eq!(raises, [own]);
        }
    }
}
