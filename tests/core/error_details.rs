//! Details of an error: the fields that are wrong, refunds, codes.

use venice_ai::ErrorKind;

use crate::errors::json;

#[tokio::test]
async fn reasons_in_a_union_are_those_of_its_arms() {
    let body = r#"{"error":"Invalid request parameters","issues":[
        {"code":"invalid_union","path":["state"],"message":"Invalid input","unionErrors":[
            {"issues":[{"code":"too_small","path":["state"],"message":"Too short"}],"name":"ZodError"},
            {"issues":[{"code":"invalid_union","path":["state"],"message":"Invalid input","unionErrors":[
                {"issues":[{"code":"invalid_type","path":["state",0],"message":"Expected object"}]}]}]}]},
        {"code":"invalid_union","path":["model"],"message":"Invalid input","unionErrors":[]}]}"#;
    let error = json(400, body).await;
    let fields: Vec<_> = error.field_errors().iter().map(|f| (&*f.field, &*f.message)).collect();
    assert_eq!(fields, [("state", "Too short"), ("state[0]", "Expected object"), ("model", "Invalid input")]);
}

#[tokio::test]
async fn a_failed_job_says_whether_it_was_refunded_whatever_its_status() {
    for (status, kind) in [(500, ErrorKind::Server), (504, ErrorKind::Server), (404, ErrorKind::NotFound)] {
        let body = r#"{"error":"The provider failed","credits_refunded":true,"hint":"Try another voice"}"#;
        let error = json(status, body).await;
        assert_eq!(error.kind(), kind);
        let failure = error.content_policy().unwrap();
        assert_eq!((failure.credits_refunded, failure.hint.as_deref()), (Some(true), Some("Try another voice")));
    }
    assert!(json(500, r#"{"error":"Inference processing failed","hint":"x"}"#).await.content_policy().is_none());
}

#[tokio::test]
async fn an_address_that_a_key_does_not_allow_is_a_matter_of_permission() {
    let body = r#"{"error":"This API key is restricted to configured IP addresses. Use it from one of these."}"#;
    let error = json(403, body).await;
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Permission, false));
    let error = json(400, r#"{"error":"'Content-Type' must be 'application/json'"}"#).await;
    assert_eq!((error.kind(), error.code()), (ErrorKind::InvalidRequest, Some("INVALID_CONTENT_TYPE")));
}
