//! The pages of the devices.

use auth::devices::Key;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use http::StatusCode;

use crate::signed_in;

#[tokio::test]
async fn a_device_is_enrolled_by_two_and_ended_at_once_by_one() {
    let key = Key::from_pkcs8(&Key::generate().unwrap()).unwrap();
    let (id, public) = (key.id().to_string(), BASE64.encode(key.public()));
    let until = (base::Clock::system().now() + time::Duration::days(30)).date().to_string();
    let mut first = signed_in("directory-administrator-1").await;
    let fields = [("person", "institutional-head-kent"), ("public_key", public.as_str()), ("until", until.as_str())];
    let sent = first.fill_in("/en/devices/propose", "/en/devices/propose", &fields).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    assert!(first.read(&sent.location).await.says(&id));
    let proposal = sent.location.split('?').next().unwrap();
    let mut second = signed_in("directory-administrator-2").await;
    assert_eq!(second.fill_in(proposal, proposal, &[]).await.location, "/en/proposals?done=1");
    let end = format!("/en/devices/{id}/end?person=institutional-head-kent");
    assert!(second.read("/en/devices?person=institutional-head-kent").await.text.contains(&end));
    assert_eq!(second.fill_in(&end, &end, &[]).await.status, StatusCode::SEE_OTHER);
    assert!(second.read("/fr/devices").await.says("Désactivé par directory-administrator-2"));
}

#[tokio::test]
async fn what_is_no_key_is_refused_at_its_field_and_kept() {
    let mut browser = signed_in("directory-administrator-2").await;
    let fields = [("person", "institutional-head-kent"), ("public_key", "<b>no key</b>"), ("until", "2027-01-31")];
    let sent = browser.fill_in("/fr/devices/propose", "/fr/devices/propose", &fields).await;
    assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(sent.says("id=\"public_key-why\"") && !sent.text.contains("<b>no key"), "{}", sent.text);
    assert_eq!(sent.value("public_key").unwrap(), "<b>no key</b>");
}

#[tokio::test]
async fn a_supervisor_of_parole_officers_reads_nothing_of_the_devices() {
    assert_eq!(signed_in("parole-officer-supervisor-1").await.get("/en/devices").await.status, StatusCode::FORBIDDEN);
}
