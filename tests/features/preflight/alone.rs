//! Checks of requests without sending them.

use venice_ai::Upload;
use venice_ai::models::Catalogue;
use venice_ai::preflight::{Checkable, FindingAction, PreflightReport};
use venice_ai::types::{
    ChatCompletionRequest, ChatMessage, ContentPart, CreateEmbeddingRequest, CreateSpeechRequest,
    CreateTranscriptionRequest, EditImageRequest, GenerateImageRequest, MultiEditImageRequest, QueueAudioRequest,
    QueueVideoRequest, QuoteVideoRequest,
};
use venice_ai_mock::MockVenice;

async fn catalogue() -> (MockVenice, Catalogue) {
    let mock = MockVenice::start().await.unwrap();
    let catalogue = mock.client().models().catalogue().with_compatible_names("text").await.unwrap();
    (mock, catalogue)
}

fn rules(report: &PreflightReport) -> Vec<&str> {
    report.findings().iter().map(|finding| finding.rule).collect()
}

#[tokio::test]
async fn each_kind_of_request_is_checked_and_nothing_is_sent() {
    let (mock, catalogue) = catalogue().await;
    let before = mock.requests().len();
    let png = || Upload::bytes("a.png", b"\x89PNG\r\n\x1a\n".as_slice());
    let photo = [ContentPart::image_url("https://pictures.example/a.png")];
    let found = |report: PreflightReport| (report.model().map(str::to_owned), rules(&report).join(" "));
    let is = |model: &str, rules: &str| (Some(model.to_owned()), rules.to_owned());
    fn check<R: Checkable>(catalogue: &Catalogue, request: R) -> PreflightReport {
        catalogue.check(&request)
    }

    let chat = ChatCompletionRequest::new("gpt-4o", [ChatMessage::user(photo)]).logprobs(true);
    assert_eq!(found(check(&catalogue, chat)), is("gondola-9b", "logprobs images"));
    let image = GenerateImageRequest::new("default", "a boat").width(1001);
    assert_eq!(found(check(&catalogue, image)), is("murano-image", "size"));
    let edit = EditImageRequest::new(png(), "snow").model("canaletto-edit").aspect_ratio("9:16");
    assert_eq!(found(check(&catalogue, edit)), is("canaletto-edit", "aspect_ratio"));
    let edit = MultiEditImageRequest::new("snow", [png(), png(), png(), png()]).model("canaletto-edit");
    assert_eq!(found(check(&catalogue, edit)), is("canaletto-edit", "images"));
    let speech = CreateSpeechRequest::new("vivaldi-voice", "fog").voice("af_sky");
    assert_eq!(found(check(&catalogue, speech)), is("vivaldi-voice", "voice"));
    let transcription =
        CreateTranscriptionRequest::new("goldoni/listener-v1", Upload::bytes("a.wav", b"RIFF".as_slice()));
    assert_eq!(found(check(&catalogue, transcription)), is("goldoni/listener-v1", ""));
    let music = QueueAudioRequest::new("barcarola-music", "a slow song").loop_(true).duration_seconds(500);
    assert_eq!(found(check(&catalogue, music)), is("barcarola-music", "loop duration"));
    let video = QueueVideoRequest::new("regata-video").prompt("fog").duration("30s").aspect_ratio("16:9");
    assert_eq!(found(check(&catalogue, video)), is("regata-video", "duration"));
    let quote = QuoteVideoRequest::new("regata-video").duration("5s").resolution("4k");
    assert_eq!(found(check(&catalogue, quote)), is("regata-video", "resolution"));
    let vectors = CreateEmbeddingRequest::new("altana-embedding", ["fog"]).dimensions(4096);
    assert_eq!(found(check(&catalogue, vectors)), is("altana-embedding", "dimensions"));
    assert_eq!(mock.requests().len(), before);
}

#[tokio::test]
async fn a_report_says_it_in_words_and_keeps_prompts_to_itself() {
    let (_mock, catalogue) = catalogue().await;
    let request = ChatCompletionRequest::new("arsenale-coder:enable_x_search=true", ["the secret of the lagoon"]);
    let report = catalogue.check(&request.logprobs(true));
    let text = report.to_string();
    assert!(
        text.contains("`logprobs` needs a model that returns log probabilities, and arsenale-coder does not"),
        "{text}"
    );
    assert!(text.contains("`model` asks for `venice_parameters.enable_x_search`"), "{text}");
    assert!(!format!("{text} {report:?}").contains("lagoon"));
    assert!(report.findings().iter().all(|finding| finding.action == FindingAction::Reported));
    assert_eq!(catalogue.check(&ChatCompletionRequest::new("default", ["?"])).to_string(), "nothing found");
}

#[tokio::test]
async fn a_name_that_may_be_that_of_another_vendor_is_not_called_unknown() {
    let mock = MockVenice::start().await.unwrap();
    let catalogue = mock.client().models().catalogue().await.unwrap();
    let report = catalogue.check(&ChatCompletionRequest::new("gpt-4o", ["?"]));
    assert_eq!((rules(&report), report.is_clean()), (vec!["not_checked"], true));
    let named = mock.client().models().catalogue().with_compatible_names("text").await.unwrap();
    assert_eq!(named.check(&ChatCompletionRequest::new("gpt-4o", ["?"])).model(), Some("gondola-9b"));
    let unknown = named.check(&ChatCompletionRequest::new("gondola", ["?"]));
    assert_eq!((rules(&unknown), unknown.did_you_mean()), (vec!["unknown_model"], &["gondola-9b".to_owned()][..]));
}
