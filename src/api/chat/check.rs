//! `messages`: checks the media and cache marks of a request's messages before sending.

use super::media::check;
use crate::api::generated::types::{
    CacheControl, ChatCompletionRequest, ChatMessage, ContentPart, TextContent, UserContent,
};
use crate::runtime::validation::ValidationError;

/// The most media of each kind in a message.
const MOST_OF_A_MESSAGE: [(&str, usize); 3] = [("image_url", 10), ("input_audio", 5), ("file", 5)];
/// Some models support more (`max_videos`).
const MOST_VIDEOS: usize = 3;
/// Anthropic's limit; others ignore the marks.
const MOST_BREAKPOINTS: usize = 4;

/// Checks the media and the marks for the prompt cache.
#[inline]
pub(crate) fn messages(request: &ChatCompletionRequest) -> Result<(), ValidationError> {
    let mut findings = Vec::new();
    let (mut videos, mut breakpoints) = (0, 0);
    for (n, message) in request.messages.iter().enumerate() {
        let mut counts = [0; MOST_OF_A_MESSAGE.len()];
        for (m, part) in media(message).iter().enumerate() {
            let finding = |member: &str, problem: String| {
                ValidationError::new(format!("messages[{n}].content[{m}].{member}"), problem)
            };
            if let Some((member, problem)) = check(part) {
                findings.push(finding(member, problem));
            }
            let member = media_field(part);
            let kinds = MOST_OF_A_MESSAGE.iter().zip(&mut counts);
            if let Some(((member, most), count)) = kinds.into_iter().find(|((name, _), _)| Some(*name) == member) {
                *count += 1;
                if *count == most + 1 {
                    let problem = format!("is one too many: a message has at most {most} of these");
                    findings.push(finding(member, problem));
                }
            }
            if matches!(part, ContentPart::VideoUrl(_)) {
                videos += 1;
                if videos == MOST_VIDEOS + 1 {
                    findings.push(finding(
                        "video_url",
                        too_many(MOST_VIDEOS, "videos", "models whose `max_videos` is higher"),
                    ));
                }
            }
        }
        for (m, _) in marks(message).into_iter().enumerate().filter(|(_, mark)| mark.is_some()) {
            breakpoints += 1;
            if breakpoints == MOST_BREAKPOINTS + 1 {
                let field = format!("messages[{n}].content[{m}].cache_control");
                findings.push(ValidationError::new(
                    field,
                    too_many(MOST_BREAKPOINTS, "marks", "models without that limit"),
                ));
            }
        }
    }
    ValidationError::all(findings)
}

/// The field of a part's media.
fn media_field(part: &ContentPart) -> Option<&'static str> {
    Some(match part {
        ContentPart::ImageUrl(_) => "image_url",
        ContentPart::InputAudio(_) => "input_audio",
        ContentPart::VideoUrl(_) => "video_url",
        ContentPart::File(_) => "file",
        _ => return None,
    })
}

fn too_many(most: usize, what: &str, others: &str) -> String {
    format!("is one too many: a request has at most {most} {what}; for {others}, send it with `with_validation(false)`")
}

/// The parts that may have media: only those of user messages.
#[inline]
fn media(message: &ChatMessage) -> &[ContentPart] {
    match message {
        ChatMessage::User(user) => match &user.content {
            UserContent::Parts(parts) => parts,
            UserContent::Text(_) | UserContent::Unknown(_) => &[],
        },
        _ => &[],
    }
}

/// The marks of the parts of a message.
#[inline]
fn marks(message: &ChatMessage) -> Vec<Option<&CacheControl>> {
    let texts = match message {
        ChatMessage::User(_) => return media(message).iter().map(mark).collect(),
        ChatMessage::System(message) => Some(&message.content),
        ChatMessage::Developer(message) => Some(&message.content),
        ChatMessage::Assistant(message) => message.content.as_ref(),
        ChatMessage::Tool(_) | ChatMessage::Unknown(_) => None,
    };
    match texts {
        Some(TextContent::Parts(parts)) => parts.iter().map(|part| part.cache_control.as_ref()).collect(),
        _ => Vec::new(),
    }
}

/// The cache mark of a part.
#[inline]
fn mark(part: &ContentPart) -> Option<&CacheControl> {
    match part {
        ContentPart::Text(part) => part.cache_control.as_ref(),
        ContentPart::ImageUrl(part) => part.cache_control.as_ref(),
        ContentPart::InputAudio(part) => part.cache_control.as_ref(),
        ContentPart::VideoUrl(part) => part.cache_control.as_ref(),
        ContentPart::File(part) => part.cache_control.as_ref(),
        _ => None,
    }
}
