//! Tests: multipart forms, well-formed and broken.

use super::*;

fn read(body: &str) -> Result<Parts, &'static str> {
    parts("multipart/form-data; charset=utf-8; boundary=\"cut here\"", &Bytes::copy_from_slice(body.as_bytes()))
}

#[test]
fn texts_and_files_are_distinguished() {
    let parts = read(
        "preamble\r\n--cut here\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n\
         --cut here \t\r\ncontent-disposition: form-data; filename=\"x.png\"; name=f\r\nContent-Type: image/png\r\n\r\n\
         \r\n--cut\r\n\r\n--cut here\r\nContent-Disposition: form-data; name=a\r\nContent-Type: text/plain\r\n\r\n\r\n\
         --cut here--\r\nepilogue",
    )
    .unwrap();
    let text = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(parts.texts, [text("a", "one"), text("a", "")]);
    let [file] = parts.files.as_slice() else { panic!("{:?}", parts.files) };
    assert_eq!((file.field.as_str(), file.file_name.as_deref()), ("f", Some("x.png")));
    assert_eq!((file.media.as_deref(), file.bytes.as_ref()), (Some("image/png"), &b"\r\n--cut\r\n"[..]));
}

#[test]
fn names_are_unescaped() {
    let names = [
        (r#"form-data; name="a\"b\\c""#, "a\"b\\c"),
        (r#"form-data; name="a%22b%20c""#, "a\"b%20c"),
        (r#"form-data; name="plain"; name*=utf-8''caf%C3%A9%20%22"#, "café \""),
        ("form-data; other=x;name = bare ;more=y", "bare"),
        (r#"form-data; other="; name=no"; name=yes"#, "yes"),
    ];
    for (header, name) in names {
        assert_eq!(parameter(header, "name").as_deref(), Some(name), "{header}");
    }
    assert_eq!(parameter("form-data", "name"), None);
    assert_eq!(parameter("form-data; name", "name"), None);
}

#[test]
fn an_invalid_form_is_reported() {
    let part = "--cut here\r\nContent-Disposition: form-data; name=a\r\n\r\none";
    let broken = [
        (String::new(), "its boundary is missing"),
        ("--cut her".to_owned(), "its boundary is missing"),
        (part.to_owned(), "the last boundary is missing"),
        (format!("{part}\r\n--cut herexx"), "a boundary does not end its line"),
        ("--cut here\r\nA: b\r\n--cut here\r\n\r\n--cut here--".to_owned(), "a part has no end of its header"),
        ("--cut here\r\n\r\n--cut here--".to_owned(), "a part has no Content-Disposition"),
        ("--cut here\r\n\r\none\r\n--cut here--".to_owned(), "a part has no Content-Disposition"),
        ("--cut here\r\nContent-Disposition: form-data\r\n\r\none\r\n--cut here--".to_owned(), "a part has no name"),
    ];
    for (body, problem) in broken {
        assert_eq!(read(&body).unwrap_err(), problem, "{body:?}");
    }
    assert_eq!(parts("multipart/form-data", &Bytes::new()).unwrap_err(), "it has no boundary");
    assert!(read("--cut here--").unwrap().texts.is_empty());
}
