//! Every line of the README's API overview, once, on the bundled mock.
//!
//! ```text
//! cargo run --example tour
//! ```

use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use venice_ai::chat::{CitationStyle, ReasoningControl};
use venice_ai::cost::{Budget, Prices, Tally};
use venice_ai::http::Method;
use venice_ai::jobs::JobHandle;
use venice_ai::keys::KeyPool;
use venice_ai::shared::SharedState;
use venice_ai::tools::{NoArguments, ToolBox};
use venice_ai::types::{
    ApiKeyType, ChatCompletionRequest, ChatMessage, CreateApiKeyRequest, CreateDecisionRequest, CreateEmbeddingRequest,
    CreateSpeechRequest, CreateTranscriptionRequest, CreateWeb3ApiKeyRequest, EditImageRequest, GenerateImageRequest,
    GetBillingUsageAnalyticsParams, GetBillingUsageHistoryParams, ListCharactersParams, ModelFilter, ModelType,
    MultiEditImageRequest, NoulQuestion, QueueAudioRequest, QueueVideoRequest, QueueVoiceChangerRequest,
    ResponsesRequest, SimpleGenerateImageRequest, Tool, UpdateApiKeyRequest, UserMessage, WebSearchMode,
};
use venice_ai::wallet::{LocalWallet, TopUpPolicy, Wallet};
use venice_ai::{Client, ClientBuilder, Preflight, Privacy, Upload};
use venice_ai_mock::MockVenice;

type Done = Result<(), Box<dyn std::error::Error>>;

const WALLET: &str = "0x52908400098527886E0F7030069857D2E4169EE7";

#[tokio::main]
async fn main() -> Done {
    // Your program uses `Client::from_env()?` instead of these two lines.
    let mock = MockVenice::start().await?;
    let venice = mock.client();
    let folder = std::env::temp_dir().join(format!("venice-tour-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;

    keys(&venice, mock.client_builder()).await?;
    words(&venice).await?;
    images(&venice, &folder).await?;
    audio(&venice, &folder).await?;
    video(&venice, &folder).await?;
    many_at_once(&venice, &folder).await?;
    vectors_and_characters(&venice).await?;
    money(&venice, mock.client_builder(), &folder).await?;
    wallets().await?;
    the_world_outside(&venice).await?;

    println!("{} requests, files in {}", mock.requests().len(), folder.display());
    Ok(mock.verify()?)
}

async fn keys(venice: &Client, settings: ClientBuilder) -> Done {
    let created = venice.api_keys().create(CreateApiKeyRequest::new(ApiKeyType::Inference, "ci")).await?;
    let id = created.id.as_str();
    venice.api_keys().update(UpdateApiKeyRequest::new(id).expires_at("2030-01-31")).await?;
    println!("API keys: {} expires {:?}", id, venice.api_keys().retrieve(id).await?.expires_at);
    let stored = |_| std::future::ready(Ok::<(), std::io::Error>(())); // Store the key here.
    let new = venice.api_keys().rotate(id, stored).await?.new;
    println!("API keys: {} replaces it, and {}", new.id, venice.with_api_key(new.api_key.clone()).health().await?);
    let pooled = settings.key_pool(KeyPool::new([new.api_key, "another key".into()])).build()?;
    println!("API keys: one of two is asked: {}", pooled.chat().create("Hello!").await?.text());
    venice.api_keys().delete(&new.id).await?;
    println!("API keys: {} left", venice.api_keys().list().await?.len());
    let (limits, log) = (venice.api_keys().rate_limits().await?, venice.api_keys().rate_limit_log().await?);
    println!("API keys: limits of {} models, {} refusals", limits.rate_limits.len(), log.len());

    let token = venice.api_keys().web3_token().await?;
    let signature = format!("0x{}", "1b".repeat(65)); // of the wallet, over the token
    let request = CreateWeb3ApiKeyRequest::new(ApiKeyType::Inference, WALLET, signature, token);
    println!("API keys: {} for a wallet", venice.api_keys().create_with_web3(request).await?.id);
    Ok(())
}

async fn many_at_once(venice: &Client, folder: &Path) -> Done {
    let requests = (1..=20).map(|n| ChatCompletionRequest::new("default", [format!("Describe chapter {n}.")]));
    let mut answers = venice.chat().many(requests).with_journal(folder.join("answers.jsonl"));
    while let Some(outcome) = answers.next().await {
        outcome?.result?;
    }
    println!("Many calls: {}", answers.progress());
    // Several processes, which need a Redis.
    if let Ok(redis) = std::env::var("REDIS_URL") {
        let state = SharedState::redis(redis).prefix("tour").build()?;
        let request = ChatCompletionRequest::new("default", ["Describe the book."]);
        let mut answers = venice.chat().many([request]).shared(&state, "articles");
        println!("Many calls, shared: {:?}", answers.next().await.transpose()?.map(|outcome| outcome.index));
    }
    let texts = ["acqua alta", "bassa marea"];
    let mut vectors = venice.many(texts, |venice, text| venice.embeddings().embed("altana-embedding", text));
    while let Some(outcome) = vectors.next().await {
        println!("Many calls: a vector of {} numbers", outcome?.result?.len());
    }
    Ok(())
}

async fn words(venice: &Client) -> Done {
    let request = ChatCompletionRequest::new("default", ["Hello!"]);
    println!("Chat: {}", venice.chat().create(request.clone()).await?.text());
    println!("Chat: {}", venice.chat().stream(request.clone()).await?.text().collect().await?);
    println!("Chat: {:?}", venice.chat().parse::<Vec<String>>(request.clone()).await?.value);
    println!("Chat: {:?}", venice.chat().parse_stream::<Vec<String>>(request).await?.collect().await?.value);
    media_and_sources(venice).await?;
    tools(venice).await?;
    println!(
        "Responses: {}",
        venice.responses().create(ResponsesRequest::new("default", "Hello!")).await?.output_text()
    );
    let stream = venice.responses().stream(ResponsesRequest::new("default", "Hello!")).await?;
    println!("Responses: {}", stream.collect().await?.output_text());

    let models = venice.models().list(ModelFilter::All).await?;
    let traits = venice.models().traits(ModelType::Text).await?;
    let names = venice.models().compatibility_mapping(ModelType::Text).await?;
    println!("Models: {}, default is {:?}, gpt-4o is {:?}", models.len(), traits.get("default"), names.get("gpt-4o"));

    let catalogue = venice.models().catalogue().await?;
    println!("Models: default calls functions: {:?}", catalogue.require("default")?.supports_tools());
    println!("Models: gpt-4o reads {:?} tokens", venice.models().find("gpt-4o").await?.context_tokens());
    let odd = ChatCompletionRequest::new("default", ["Which way to the Rialto?"]).logprobs(true);
    println!("Models: {}", catalogue.check(&odd));
    let refused = venice.chat().create(odd).with_preflight(Preflight::Refuse).await;
    println!("Models: {}", refused.map(|_| "sent".to_owned()).unwrap_or_else(|error| error.to_string()));
    Ok(())
}

async fn media_and_sources(venice: &Client) -> Done {
    let cat = Upload::bytes("cat.png", include_bytes!("../crates/mock/src/media/image.png").as_slice());
    let question = UserMessage::builder().text("What is this?").image(cat).build().await?;
    let messages = [ChatMessage::system("Ten pages of rules.").cached(), question.into()];
    let reply = venice.chat().create(ChatCompletionRequest::new("default_vision", messages)).await?;
    let cached = reply.usage.as_ref().map_or(0, |usage| usage.cached_tokens());
    println!("Chat: {} ({cached} tokens out of the cache)", reply.answer());

    let request = ChatCompletionRequest::new("default", ["When is high water?"]).web_search(WebSearchMode::On);
    println!("Chat: {}", venice.chat().stream(request).await?.cited(CitationStyle::Links).collect().await?);

    let model = venice.models().find("default").await?;
    let request = ChatCompletionRequest::new(model.id(), ["Hello!"]).reasoning_for(&model, ReasoningControl::Off);
    let reply = venice.chat().create(request).await?;
    println!("Chat: {} reasoned {:?} for {:?}", model.id(), reply.reasoning(), reply.answer());
    Ok(())
}

async fn tools(venice: &Client) -> Done {
    let tide = Tool::function("tide", "The water level, now", json!({"type": "object"}));
    let tools = ToolBox::new().implement(tide, |_: NoArguments| async { "62 cm" });
    let request = ChatCompletionRequest::new("default", ["Are my feet dry?"]);
    println!("Tools: {}", venice.chat().run(request.clone(), &tools).await?.text());
    let mut run = venice.chat().run_stream(request, &tools);
    run.finish().await?;
    println!("Tools: {} ({} replies)", run.text(), run.rounds());
    Ok(())
}

async fn images(venice: &Client, folder: &Path) -> Done {
    let (images, boat) = (venice.images(), folder.join("boat.png"));
    let request = GenerateImageRequest::new("z-image-turbo", "a red boat").format("png");
    println!("Images: {} bytes", images.generate(request).await?.into_image()?.save(&boat).await?.bytes);
    let drawn =
        images.generations(SimpleGenerateImageRequest::new("z-image-turbo", "a red boat")).await?.into_image()?;
    println!("Images: {:?} in OpenAI's form", drawn.content_type());

    let in_snow = images.edit(EditImageRequest::new(Upload::path(&boat), "in snow")).await?;
    println!("Images: {} bytes with snow", in_snow.save(folder.join("snow.png")).await?.bytes);
    let both = MultiEditImageRequest::new("side by side", [Upload::path(&boat), Upload::path(folder.join("snow.png"))]);
    println!("Images: {} bytes of two", images.multi_edit(both).await?.bytes().await?.len());
    let cut_out = images.remove_background(Upload::path(&boat)).await?;
    println!("Images: {} bytes without the background", cut_out.bytes().await?.len());
    let enlarged = images.upscale(Upload::path(&boat)).await?;
    println!("Images: {} bytes enlarged; {} styles", enlarged.bytes().await?.len(), images.styles().await?.len());
    Ok(())
}

async fn audio(venice: &Client, folder: &Path) -> Done {
    let (audio, tide) = (venice.audio(), folder.join("tide.mp3"));
    println!(
        "Audio: {} bytes",
        audio.speech(CreateSpeechRequest::new("tts-kokoro", "The tide is coming in.")).await?.save(&tide).await?.bytes
    );
    let book = CreateSpeechRequest::new("tts-kokoro", "The tide is coming in. ".repeat(300));
    println!("Audio: {} bytes of a book", audio.long_speech(book).save(folder.join("book.wav")).await?.bytes);
    println!(
        "Audio: {:?}",
        audio.transcribe(CreateTranscriptionRequest::new("openai/whisper-large-v3", Upload::path(&tide))).await?.text
    );
    println!("Audio: the voice {}", audio.clone_voice(Upload::path(&tide)).await?.id);
    let song = QueueAudioRequest::new("elevenlabs-music", "A slow barcarolle");
    println!("Audio: {} bytes of music", audio.generate_to(song, folder.join("song.mp3")).await?.bytes);
    Ok(())
}

async fn video(venice: &Client, folder: &Path) -> Done {
    let request = QueueVideoRequest::new("wan-2.5-preview-text-to-video").prompt("Fog over a lagoon").duration("5s");
    let video = venice.video().generate_to(request.clone(), folder.join("lagoon.mp4")).with_price_limit(1.0).await?;
    println!("Video: {} bytes", video.bytes);

    let stored = serde_json::to_string(&venice.video().queue(request).await?)?;
    let handle: JobHandle = serde_json::from_str(&stored)?; // in another process
    let job = venice.job(handle).with_poll_interval(Duration::from_millis(100));
    println!("Video: {} bytes later", job.save(folder.join("later.mp4")).await?.bytes);

    let voice =
        QueueVoiceChangerRequest::new("pantalone-voices").file(Upload::path(folder.join("tide.mp3"))).voice("Aria");
    let changed = venice.voice_changer().generate_to(voice, folder.join("aria.mp3")).await?;
    println!("Voice changer: {} bytes", changed.bytes);
    Ok(())
}

async fn vectors_and_characters(venice: &Client) -> Done {
    let (embeddings, model) = (venice.embeddings(), "text-embedding-bge-m3");
    let urgent = [("is_urgent", NoulQuestion::new("Is this urgent?"))];
    let request = CreateDecisionRequest::new("doge-decider", "The water is at the door.", urgent);
    println!("Decisions: {:?}", venice.decisions().create(request).await?.noul("is_urgent"));
    println!("Embeddings: {} numbers", embeddings.embed(model, "acqua alta").await?.len());
    let two = embeddings.create(CreateEmbeddingRequest::new(model, ["a boat", "a ship"])).await?;
    let texts: Vec<String> = (0..2_500).map(|number| format!("text {number}")).collect();
    let many = embeddings.batch(CreateEmbeddingRequest::new(model, texts).dimensions(32)).await?;
    println!("Embeddings: of {} and of {} texts", two.vectors.len(), many.vectors.len());

    let mut found = venice.characters().list(ListCharactersParams::new().search("murano"));
    let Some(character) = found.next().await.transpose()? else { return Err("nobody of Murano".into()) };
    let reviews = venice.characters().reviews(&character.slug).collect_up_to(100).await?;
    println!("Characters: {} has {} reviews", venice.characters().retrieve(&character.slug).await?.name, reviews.len());
    Ok(())
}

async fn money(venice: &Client, settings: ClientBuilder, folder: &Path) -> Done {
    let billing = venice.billing();
    println!("Billing: {:?} USD left", billing.balance().await?.balances.usd);
    let sums = billing.usage_analytics(GetBillingUsageAnalyticsParams::new().lookback("7d")).await?;
    let charges = billing.usage_history(GetBillingUsageHistoryParams::new()).collect_up_to(5_000).await?;
    println!("Billing: {} models, {} charges", sums.by_model.len(), charges.len());
    let table = billing.usage_history_table(GetBillingUsageHistoryParams::new());
    println!("Billing: {} bytes of CSV", table.save(folder.join("charges.csv")).await?.bytes);

    let (budget, tally) = (Budget::usd("5"), Tally::new());
    let limited = settings.budget(budget.clone()).tally(tally.clone()).privacy(Privacy::Any).build()?;
    let request = ChatCompletionRequest::new("default", ["Hello!"]).max_completion_tokens(100);
    let model = limited.models().catalogue().await?.require("default")?.clone();
    println!("Costs: {:?} USD at most", Prices::of(model.model()).chat(&request).at_most.and_then(|price| price.usd));
    let call = limited.chat().create(request.clone()).with_privacy(Privacy::Any);
    println!("Privacy: {:?}", call.privacy_report().await?);
    println!("Costs: {:?} charged", limited.chat().create(request).await?.cost());
    println!("Costs: {} of 5 USD spent, {} calls", budget.in_usd().spent, tally.snapshot().total().calls);

    let option = venice.x402().payment_requirements().await?.accepts.swap_remove(0);
    println!("x402: credit costs {:?} USD or more", option.amount_usd());
    // Signed by a wallet. The mock accepts any signature; the API does not.
    let signed = |value: Value| STANDARD.encode(value.to_string());
    let authorization = json!({"from": WALLET, "value": option.raw["amount"]});
    let payload = json!({"signature": "0x1b", "authorization": authorization});
    let payment = signed(json!({"x402Version": 2, "accepted": option.raw, "payload": payload}));
    println!("x402: {:?} USD more", venice.x402().top_up_with_payment(payment).await?.top_up.amount_credited);
    let proof = signed(json!({"address": WALLET, "message": "…", "signature": "0x1b", "chainId": 8453}));
    let balance = venice.x402().balance(WALLET).with_sign_in(proof.clone()).await?;
    let paid = venice.x402().transactions(WALLET).with_sign_in(proof).collect_up_to(100).await?;
    println!("x402: {:?} USD after {} transactions", balance.balance_usd, paid.len());
    Ok(())
}

/// On a mock of its own, which verifies signatures and payments.
async fn wallets() -> Done {
    let mock = MockVenice::builder().verify_wallets(true).start().await?;
    let wallet = Wallet::new(LocalWallet::from_hex(&"1b".repeat(32))?); // yours: LocalWallet::from_env()
    let policy = TopUpPolicy::new("10");
    let builder = || Client::builder().base_url(mock.base_url()).no_proxy();
    let venice = builder().wallet(&wallet).auto_top_up("10", &policy).build()?;

    println!("Wallet: would pay {} USD", venice.x402().prepare_top_up("10").await?.amount());
    println!("Wallet: {:?} USD of credit", venice.x402().top_up("10").await?.top_up.new_balance);
    mock.wallet(wallet.address()).set_staked_vvv(1);
    let request = CreateApiKeyRequest::new(ApiKeyType::Inference, "agent");
    println!("Wallet: key {}", venice.api_keys().create_for_wallet(request).await?.id);
    Ok(())
}

async fn the_world_outside(venice: &Client) -> Done {
    let page = venice.augment().scrape("https://example.org/tides").await?;
    let found = venice.augment().search("tide tables").await?;
    let document = venice.augment().parse_document(Upload::bytes("tides.md", "# Tides")).await?;
    println!("Augment: {} bytes, {} pages, {:?}", page.content.len(), found.results.len(), document.text);

    let block: String = venice.crypto_rpc().call("base-mainnet", "eth_blockNumber").await?.result()?;
    let batch = venice.crypto_rpc().batch("base-mainnet", ["eth_chainId", "eth_gasPrice"]).await?;
    println!("Crypto RPC: block {block}, {} answers", batch.outcomes.len());
    println!("Crypto RPC: {} networks", venice.crypto_rpc().networks().await?.len());

    let proof = venice.tee().attestation("e2ee-glm-5", [7; 32]).await?; // take 32 random bytes
    let signature = venice.tee().signature("e2ee-glm-5", "chatcmpl-1").await?;
    println!("TEE: {:?} signed {:?}", proof.signing_address, signature.text);

    let raw = venice.raw().list_image_styles().await?;
    let by_hand: Value = venice.request(Method::GET, "/models").with_extra_query("type", "image").await?;
    println!("Raw: {} styles; by hand: a {}", raw.data.len(), by_hand["object"]);
    Ok(())
}
