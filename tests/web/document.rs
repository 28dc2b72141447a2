//! The pages of documents.

use http::{StatusCode, header};

use crate::{
    casework::{OFFICER, a_case, at},
    signed_in,
};

const FIELDS: [(&str, &str); 3] = [("kind", "2"), ("side", "2"), ("name", "première lettre <été>")];

#[tokio::test]
async fn a_document_comes_back_byte_for_byte_and_is_saved_and_never_shown() {
    let case = a_case("document").await;
    let form = at(&case, "/documents/keep");
    let mut browser = signed_in(OFFICER).await;
    assert!(browser.read(&form).await.says("10\u{a0}MiB at most"));
    let content = b"%PDF-1.7\r\n--a-line\r\nrest";
    let sent = browser.upload(&form, &FIELDS, ("chunk", "scan.pdf", content)).await;
    assert_eq!((sent.status, sent.location.as_str()), (StatusCode::SEE_OTHER, at(&case, "?done=done").as_str()), "{}", sent.text);
    let list = browser.read(&at(&case, "/documents")).await;
    assert!(list.says("première lettre <été>") && list.says("The victim's side"), "{}", list.text);
    let own = at(&case, "/documents/");
    let address =
        list.text.split("href=\"").filter_map(|rest| rest.split('"').next()).find(|to| to.starts_with(&own) && !to.ends_with("keep"));
    let (address, header) =
        (address.unwrap().to_owned(), |page: &harness::web::Page, name| page.headers.get(name).unwrap().to_str().unwrap().to_owned());
    let read = browser.read(&address).await;
    assert_eq!(read.text.as_bytes(), content);
    assert!(header(&read, header::CONTENT_DISPOSITION).starts_with("attachment; "));
    assert!(header(&read, header::CONTENT_SECURITY_POLICY).contains("sandbox"));
    assert_eq!(header(&read, header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    // Nobody else reads it by its address.
    assert_eq!(signed_in("mediator-2").await.get(&address).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_file_that_is_not_what_it_says_too_large_or_missing_is_answered_in_words_at_the_file() {
    let case = a_case("documents").await;
    let form = at(&case, "/documents/keep");
    let mut browser = signed_in(OFFICER).await;
    let false_type = browser.upload(&form, &FIELDS, ("chunk", "scan.pdf", b"<html>not a PDF</html>")).await;
    assert_eq!(false_type.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(false_type.says("href=\"#chunk\"") && false_type.value("name").unwrap().contains("première lettre"), "{}", false_type.text);
    let other = browser.upload(&form, &FIELDS, ("chunk", "letter.docx", b"PK")).await;
    assert!(other.says("PDF, PNG, JPEG and plain text are kept"), "{}", other.text);
    let large = browser.upload(&form, &FIELDS, ("chunk", "large.txt", &vec![b'a'; 11 * 1024 * 1024])).await;
    assert!(large.says("larger than 10\u{a0}MiB") && large.value("name").unwrap().contains("première lettre"), "{}", large.status);
    let none = browser.fill_in(&form, &form, &FIELDS).await;
    assert!(none.says("“The file” is needed.") && none.value("name").unwrap().contains("première lettre"), "{}", none.text);
    let foreign = [FIELDS.as_slice(), &[("form_token", "of-another")]].concat();
    let kept = browser.upload(&form, &foreign, ("chunk", "a.txt", b"words")).await;
    assert!(kept.status == StatusCode::CONFLICT && kept.says("première lettre"), "{}", kept.text);
    assert!(!browser.read(&at(&case, "/documents")).await.says("première lettre"));
}
