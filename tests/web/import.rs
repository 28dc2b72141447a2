//! The pages of a file of referrals: checked first, sent when it is confirmed, nothing twice, and no concern lost.

use harness::web::{Browser, Page};
use http::StatusCode;

use crate::signed_in;

const FORM: &str = "/en/referrals/import";
const SEND: &str = "/en/referrals/import/send";

async fn checked(browser: &mut Browser, name: &str, content: &[u8]) -> Page {
    let page = browser.upload(FORM, &[], ("file", name, content)).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    page
}

/// Presses the button under a check.
async fn sent(browser: &mut Browser, check: &Page) -> Page {
    let names = ["form_token", "carried", "file_name", "import"];
    let fields = names.map(|name| (name, check.value(name).unwrap()));
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    let page = browser.post(SEND, &fields).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    page
}

#[tokio::test]
async fn a_file_is_checked_line_by_line_sent_when_it_is_confirmed_and_records_nothing_twice() {
    let mut staff = signed_in("staff-mission").await;
    assert!(staff.read("/en/referrals/new").await.says("send them from a file"));
    assert!(staff.read(FORM).await.says("at most 1 MiB and 500 referrals"));
    // As a French spreadsheet saves it: a line that is no referral for the reader, one that is none for the service, and two good ones.
    let text = "sep=;\r\nOrigin;site;request;offender_name\r\nvictime;mission;une lettre d’excuses;\r\nmartien;mission;x;\r\n\
                victim;kent;not theirs;\r\nétablissement;mission;;Élie Exemple\r\n";
    let bytes: Vec<u8> = text.chars().map(|c| if c == '’' { 0x92 } else { u8::try_from(u32::from(c)).unwrap() }).collect();
    let check = checked(&mut staff, "liste.csv", &bytes).await;
    assert!(check.says("Nothing is recorded yet.") && check.says("Windows-1252"), "{}", check.text);
    assert!(check.says("2 referrals can be sent.") == check.says("2 lines must be mended."), "{}", check.text);
    assert!(check.says("martien") && check.text.contains("<code>origin</code>") && check.says("own site only"), "{}", check.text);
    assert!(!staff.read("/en/receipts").await.says("liste.csv"));
    let first = sent(&mut staff, &check).await;
    assert!(first.says("2 recorded, 0 already known, 0 kept beside other content, 2 rejected."), "{}", first.text);
    assert!(first.text.contains("href=\"data:text/csv;base64,") && first.text.matches("/en/receipts/RO-").count() == 2);
    let check = checked(&mut staff, "liste.csv", &bytes).await;
    let again = sent(&mut staff, &check).await;
    assert!(again.says("0 recorded, 2 already known"), "{}", again.text);
    // A mended file that comes from the answers records what was mended and no more.
    let mended = text.replace("martien", "victime");
    let bytes: Vec<u8> = mended.chars().map(|c| if c == '’' { 0x92 } else { u8::try_from(u32::from(c)).unwrap() }).collect();
    let seed = first.value("import").unwrap();
    let check = staff.upload(FORM, &[("import", &seed)], ("file", "liste2.csv", &bytes)).await;
    let third = sent(&mut staff, &check).await;
    assert!(third.says("1 recorded, 2 already known"), "{}", third.text);
}

#[tokio::test]
async fn a_concern_in_a_line_that_cannot_be_sent_rings_at_the_check_and_those_of_the_others_are_announced() {
    let mut staff = signed_in("staff-mission").await;
    let text =
        "origin,site,request,safety_concern\nmartian,mission,x,fictional person has a weapon\nvictim,mission,y,fictional person at risk\n";
    let check = checked(&mut staff, "concerns.csv", text.as_bytes()).await;
    assert!(check.says("in a line that could not be recorded was raised"), "{}", check.text);
    assert!(check.says("It rings when you send: do not wait."));
    let mut officer = signed_in("rj-officer-1").await;
    let reference = check.text.split("was raised: ").nth(1).unwrap().split(['.', '<']).next().unwrap().to_owned();
    let found = officer.get(&format!("/en/concerns?reference={reference}")).await;
    assert_eq!(found.status, StatusCode::SEE_OTHER, "{reference}: {}", found.text);
    let answer = sent(&mut staff, &check).await;
    assert!(answer.says("1 recorded"), "{}", answer.text);
}

#[tokio::test]
async fn a_file_that_is_none_too_large_or_with_a_wrong_heading_is_answered_in_words_at_the_file() {
    let mut staff = signed_in("staff-mission").await;
    let mut refused = async |name: &str, content: &[u8]| {
        let page = staff.upload(FORM, &[], ("file", name, content)).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(page.text.contains("id=\"file-why\""), "{}", page.text);
        page
    };
    assert!(refused("heading.csv", b"origin,site,offendr_name\nvictim,mission,x\n").await.says("\"offendr_name\" that is not known"));
    assert!(refused("none.csv", b"origin,site,request\n").await.says("no referral in the file"));
    assert!(refused("large.csv", &vec![b'a'; 1024 * 1024 + 1]).await.says("larger than 1 MiB"));
    let many: String = (0..501).map(|n| format!("victim,mission,{n}\n")).collect();
    assert!(refused("many.csv", format!("origin,site,request\n{many}").as_bytes()).await.says("501 referrals, 500 at most"));
    let none = staff.fill_in("/fr/referrals/import", "/fr/referrals/import", &[]).await;
    assert!(none.status == StatusCode::UNPROCESSABLE_ENTITY && none.says("Choisissez le fichier."), "{}", none.text);
}
