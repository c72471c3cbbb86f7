//! Media with faces: consent is sent only after the user agreed.

use serde_json::json;
use venice_ai::ErrorKind;

use super::{paths, queued, request, serving, venice, video};
use crate::support::{Answer, TestClock};

const ASKED: &str = r#"{"error":{"code":"needs_consent","message":"Consent is needed"},"consent_flow":"seedance",
    "face_media_roles":["image","reference_video"],
    "consent":{"consent_version":"2026-08","policy_text":"You may use these pictures."},
    "docs_url":"https://docs.example.com/consent"}"#;

#[tokio::test]
async fn the_user_is_asked_and_the_request_is_sent_again_with_the_answer() {
    let server =
        serving([("/video/queue", vec![Answer::json(409, ASKED), queued()]), ("/video/retrieve", vec![video()])]);
    let venice = venice(&server, &TestClock::without_jitter());
    let request = request().image_url("https://example.com/her.jpg");

    let error = venice.video().generate(request.clone()).await.unwrap_err();
    assert_eq!((error.kind(), error.job()), (ErrorKind::ConsentRequired, None));
    assert_eq!(paths(&server), ["POST /video/queue"], "nothing was confirmed silently");
    assert!(server.requests()[0].json().get("consents").is_none());
    let consent = error.consent_required().unwrap();
    assert_eq!(consent.policy_text.as_deref(), Some("You may use these pictures."));
    assert_eq!(consent.version.as_deref(), Some("2026-08"));
    assert_eq!(consent.face_media_roles, ["image", "reference_video"]);

    let agreed = request.consents(consent.accept().unwrap());
    drop(venice.video().generate(agreed).await.unwrap());
    let sent = server.requests()[1].json();
    let expected = json!({"seedance": {"confirmed_terms_and_privacy": true, "confirmed_legal_right": true,
        "confirmed_screening_acknowledged": true}});
    assert_eq!(sent["consents"], expected);
    assert_eq!(sent["image_url"], "https://example.com/her.jpg");
}

#[tokio::test]
async fn a_consent_that_is_not_known_is_not_given() {
    let asked = ASKED.replace(r#""consent_flow":"seedance""#, r#""consent_flow":"brand-new""#);
    let server = serving([("/video/queue", vec![Answer::json(409, &asked)])]);
    let error = venice(&server, &TestClock::without_jitter()).video().queue(request()).await.unwrap_err();
    let consent = error.consent_required().unwrap();
    assert!(consent.accept().is_none());
    assert_eq!(consent.raw["consent_flow"], "brand-new");
}
