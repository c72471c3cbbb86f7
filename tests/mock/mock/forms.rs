use venice_ai::Upload;
use venice_ai::types::{MultiEditImageRequest, TextParserRequest};

use super::start;

#[tokio::test]
async fn the_files_of_a_form_are_shown() {
    let (mock, venice) = start().await;
    let file = Upload::bytes("caf\u{e9} \"1\".pdf", &b"%PDF\r\n--\r\n"[..]).mime("application/pdf");
    let _ = venice.raw().create_text_parser(&TextParserRequest::new(file)).await;
    let requests = mock.requests();
    let files = requests[0].files();
    let [file] = files.as_slice() else { panic!("{files:?}") };
    assert_eq!((file.field.as_str(), file.file_name.as_deref()), ("file", Some("caf\u{e9} \"1\".pdf")));
    assert_eq!((file.media.as_deref(), file.bytes.as_ref()), (Some("application/pdf"), &b"%PDF\r\n--\r\n"[..]));
}

#[tokio::test]
async fn a_json_body_has_no_files() {
    let (mock, venice) = start().await;
    let request = MultiEditImageRequest::new("bluer", [venice_ai::FileInput::text("https://images.example/a.png")]);
    let _ = venice.raw().multi_edit_image(&request).await;
    assert!(mock.requests()[0].files().is_empty());
}
