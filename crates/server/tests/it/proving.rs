//! Authentication: a service by its certificate, a person by a token, and neither by the means of the other.

use harness::{
    database::fresh,
    grants::{hold, line},
    raw::reason,
};
use local::identity::Issuer;
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose};
use tonic::Code;

use crate::certified::{Authority, FETCH, Files, OPEN, an_hour_ago, answered, ask, outsider, process, serve, serve_knowing};

#[tokio::test]
async fn a_service_is_known_by_its_certificate_and_let_in_only_where_a_rule_names_it() {
    let authority = Authority::new();
    let url = serve(&Files::new(&authority.pem(), &authority.service("intake")));
    let cases = Files::new(&authority.pem(), &authority.service("cases"));
    answered(&url, &cases, "cases").await;

    let cases = process("cases", &cases, 0);
    assert_eq!(ask(cases.peer("intake", &url).unwrap(), FETCH).await.unwrap(), "service:cases");
    let refused = ask(cases.peer("intake", &url).unwrap(), OPEN).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused)), (Code::PermissionDenied, "permission-missing".into()), "anyone means people");

    let safety = Files::new(&authority.pem(), &authority.service("safety"));
    let refused = ask(process("safety", &safety, 0).peer("intake", &url).unwrap(), FETCH).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused)), (Code::PermissionDenied, "permission-missing".into()));
}

#[tokio::test]
async fn a_person_comes_with_a_token_and_no_token_makes_anyone_a_service() {
    let authority = Authority::new();
    let files = Files::new(&authority.pem(), &authority.service("intake"));
    let issuer = Issuer::open(files.folder()).unwrap();
    let database = fresh(&[&server::MIGRATOR]).await;
    hold(&database.pool, &line("rj-officer-1", "rj-officer", None)).await;
    let url = serve_knowing(&files, Some(database.pool.clone()));
    let cases = authority.service("cases");
    answered(&url, &Files::new(&authority.pem(), &cases), "cases").await;

    let now = base::Clock::system().now();
    let token = |subject: &str| issuer.token(subject, now).unwrap();
    let call = async |pair, token: Option<String>, method| ask(outsider(&url, &authority.pem(), pair, token.as_deref()), method).await;

    let person = token("rj-officer-1");
    assert_eq!(call(None, Some(person.clone()), OPEN).await.unwrap(), "rj-officer-1");
    assert_eq!(call(None, Some(person.clone()), FETCH).await.unwrap_err().code(), Code::PermissionDenied);
    assert_eq!(call(None, None, OPEN).await.unwrap_err().code(), Code::Unauthenticated);
    for posing in [token("service:cases"), token("Service:cases"), token(" service:cases")] {
        for method in [FETCH, OPEN] {
            let refused = call(None, Some(posing.clone()), method).await.unwrap_err();
            assert_eq!((refused.code(), reason(&refused)), (Code::Unauthenticated, "sign-in-needed".into()));
        }
    }
    for method in [FETCH, OPEN] {
        let refused = call(Some(&cases), Some(person.clone()), method).await.unwrap_err();
        assert_eq!((refused.code(), reason(&refused)), (Code::Unauthenticated, "two-identities".into()));
    }
}

#[tokio::test]
async fn a_certificate_that_names_no_service_or_two_is_nobody() {
    let authority = Authority::new();
    let url = serve(&Files::new(&authority.pem(), &authority.service("intake")));
    answered(&url, &Files::new(&authority.pem(), &authority.service("cases")), "cases").await;
    let odd: [&[&str]; 7] = [
        &[],
        &["ro://service/"],
        &["ro://service/cases", "ro://service/safety"],
        &["ro://service/cases/"],
        &["RO://service/cases"],
        &["spiffe://service/cases"],
        &["ro://service/Cases"],
    ];
    for names in odd {
        let refused = ask(outsider(&url, &authority.pem(), Some(&authority.sign(names, |_| ())), None), FETCH).await.unwrap_err();
        assert_eq!(refused.code(), Code::Unauthenticated, "{names:?}");
    }
}

#[tokio::test]
async fn an_expired_a_foreign_and_a_misused_certificate_do_not_even_connect() {
    let (authority, foreign) = (Authority::new(), Authority::new());
    let url = serve(&Files::new(&authority.pem(), &authority.service("intake")));
    answered(&url, &Files::new(&authority.pem(), &authority.service("cases")), "cases").await;
    let name = "ro://service/cases";
    let serves_only = |params: &mut CertificateParams| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    for (what, pair) in [
        ("expired", authority.sign(&[name], an_hour_ago)),
        ("of a foreign authority", foreign.service("cases")),
        ("not for clients", authority.sign(&[name], serves_only)),
    ] {
        let refused = ask(outsider(&url, &authority.pem(), Some(&pair), None), FETCH).await.unwrap_err();
        assert!(matches!(refused.code(), Code::Unavailable | Code::Unknown | Code::Internal), "{what}: {refused:?}");
        assert!(reason(&refused).is_empty(), "{what}: it came as far as the door");
    }
    let good = ask(outsider(&url, &authority.pem(), Some(&authority.service("cases")), None), FETCH).await;
    assert_eq!(good.unwrap(), "service:cases");
}

#[tokio::test]
async fn a_service_calls_nobody_who_is_not_the_service_it_means() {
    let (authority, foreign) = (Authority::new(), Authority::new());
    let url = serve(&Files::new(&authority.pem(), &authority.service("intake")));
    let cases = Files::new(&authority.pem(), &authority.service("cases"));
    answered(&url, &cases, "cases").await;
    let cases = process("cases", &cases, 0);
    for meant in ["notification", "cases", ""] {
        assert_eq!(ask(cases.peer(meant, &url).unwrap(), FETCH).await.unwrap_err().code(), Code::Unavailable, "{meant}");
    }
    let theirs = serve(&Files::new(&foreign.pem(), &foreign.service("intake")));
    assert_eq!(ask(cases.peer("intake", &theirs).unwrap(), FETCH).await.unwrap_err().code(), Code::Unavailable);
}
