// Written by `cargo xtask spec check --update` and `spec bump` from the operation table. Do not edit.

/// Calls every operation once.
#[allow(deprecated)]
pub async fn all(wire: &Wire) {
    let raw = wire.client.raw();
    called!(wire, "createChatCompletion", [], raw.create_chat_completion(&types::ChatCompletionRequest::new("x", "x")));
    called!(wire, "createResponse", [], raw.create_response(&types::ResponsesRequest::new("x", types::ResponsesInput::Text("x".to_owned()))));
    called!(wire, "generateImage", [], raw.generate_image(&types::GenerateImageRequest::new("x", "x")));
    called!(wire, "simpleGenerateImage", [], raw.simple_generate_image(&types::SimpleGenerateImageRequest::new("x", "x")));
    called!(wire, "listImageStyles", [], raw.list_image_styles());
    called!(wire, "upscaleImage", [], raw.upscale_image(&types::UpscaleImageRequest::new(venice_ai::Upload::bytes("a.bin", "x"))));
    called!(wire, "editImage", [], raw.edit_image(&types::EditImageRequest::new(venice_ai::Upload::bytes("a.bin", "x"), "x")));
    called!(wire, "multiEditImage", [], raw.multi_edit_image(&types::MultiEditImageRequest::new("x", [venice_ai::Upload::bytes("a.bin", "x")])));
    called!(wire, "backgroundRemoveImage", [], raw.background_remove_image(&types::BackgroundRemoveImageRequest::new()));
    called!(wire, "listModels", ["type"], raw.list_models(Some(&types::ModelFilter::from_wire("x"))));
    called!(wire, "listModelTraits", ["type"], raw.list_model_traits(Some(&types::ModelType::from_wire("x"))));
    called!(wire, "listModelCompatibilityMapping", ["type"], raw.list_model_compatibility_mapping(Some(&types::ModelType::from_wire("x"))));
    called!(wire, "getApiKeys", [], raw.get_api_keys());
    called!(wire, "deleteApiKey", ["id"], raw.delete_api_key("x"));
    called!(wire, "createApiKey", [], raw.create_api_key(&types::CreateApiKeyRequest::new(types::ApiKeyType::from_wire("x"), "x")));
    called!(wire, "updateApiKey", [], raw.update_api_key(&types::UpdateApiKeyRequest::new("x")));
    called!(wire, "getApiKeyById", [], raw.get_api_key_by_id("x"));
    called!(wire, "getApiKeyRateLimits", [], raw.get_api_key_rate_limits());
    called!(wire, "getApiKeyRateLimitLogs", [], raw.get_api_key_rate_limit_logs());
    called!(wire, "getApiKeyGenerateWeb3Key", [], raw.get_api_key_generate_web3_key());
    called!(wire, "postApiKeyGenerateWeb3Key", [], raw.post_api_key_generate_web3_key(&types::CreateWeb3ApiKeyRequest::new(types::ApiKeyType::from_wire("x"), "x", venice_ai::Secret::from("x"), venice_ai::Secret::from("x"))));
    called!(wire, "listCharacters", [], raw.list_characters(&types::ListCharactersParams::new()));
    called!(wire, "getCharacterBySlug", [], raw.get_character_by_slug("x"));
    called!(wire, "getCharacterReviews", [], raw.get_character_reviews("x", &types::CharacterReviewsParams::new()));
    called!(wire, "createEmbedding", [], raw.create_embedding(&types::CreateEmbeddingRequest::new("x", types::EmbeddingInput::Text("x".to_owned()))));
    called!(wire, "createDecision", [], raw.create_decision(&types::CreateDecisionRequest::new("x", types::DecisionContent::Text("x".to_owned()), [("x", types::DecisionQuestion::Choice(types::ChoiceQuestion::new(types::DecisionContent::Text("x".to_owned()), serde_json::Map::new())))])));
    called!(wire, "createDecisionSystemOne", [], raw.create_decision_system_one(&types::CreateDecisionRequest::new("x", types::DecisionContent::Text("x".to_owned()), [("x", types::DecisionQuestion::Choice(types::ChoiceQuestion::new(types::DecisionContent::Text("x".to_owned()), serde_json::Map::new())))])));
    called!(wire, "createSpeech", [], raw.create_speech(&types::CreateSpeechRequest::new("x", "x")));
    called!(wire, "createTranscription", [], raw.create_transcription(&types::CreateTranscriptionRequest::new("x", venice_ai::Upload::bytes("a.bin", "x"))));
    called!(wire, "createClonedVoice", [], raw.create_cloned_voice(&types::CreateClonedVoiceRequest::new(venice_ai::Upload::bytes("a.bin", "x"))));
    called!(wire, "completeVideo", [], raw.complete_video(&types::CompleteJobRequest::new("x", "x")));
    called!(wire, "queueVideo", [], raw.queue_video(&types::QueueVideoRequest::new("x")));
    called!(wire, "quoteVideo", [], raw.quote_video(&types::QuoteVideoRequest::new("x")));
    called!(wire, "retrieveVideo", [], raw.retrieve_video(&types::RetrieveJobRequest::new("x", "x")));
    called!(wire, "createTextParser", [], raw.create_text_parser(&types::TextParserRequest::new(venice_ai::Upload::bytes("a.bin", "x"))));
    called!(wire, "completeAudio", [], raw.complete_audio(&types::CompleteJobRequest::new("x", "x")));
    called!(wire, "queueAudio", [], raw.queue_audio(&types::QueueAudioRequest::new("x", "x")));
    called!(wire, "quoteAudio", [], raw.quote_audio(&types::QuoteAudioRequest::new("x")));
    called!(wire, "retrieveAudio", [], raw.retrieve_audio(&types::RetrieveJobRequest::new("x", "x")));
    called!(wire, "queueVoiceChanger", [], raw.queue_voice_changer(&types::QueueVoiceChangerRequest::new("x")));
    called!(wire, "quoteVoiceChanger", [], raw.quote_voice_changer(&types::QuoteVoiceChangerRequest::new("x", 1)));
    called!(wire, "retrieveVoiceChanger", [], raw.retrieve_voice_changer(&types::RetrieveJobRequest::new("x", "x")));
    called!(wire, "completeVoiceChanger", [], raw.complete_voice_changer(&types::CompleteJobRequest::new("x", "x")));
    called!(wire, "getBillingBalance", [], raw.get_billing_balance());
    called!(wire, "getBillingUsage", [], raw.get_billing_usage());
    called!(wire, "getBillingUsageAnalytics", [], raw.get_billing_usage_analytics(&types::GetBillingUsageAnalyticsParams::new()));
    called!(wire, "getBillingUsageHistory", [], raw.get_billing_usage_history(&types::GetBillingUsageHistoryParams::new()));
    called!(wire, "listCryptoRpcNetworks", [], raw.list_crypto_rpc_networks());
    called!(wire, "cryptoRpcProxy", [], raw.crypto_rpc_proxy("x", &types::JsonRpcRequests::Batch(vec![types::JsonRpcRequest::new("x")]), Some("x")));
    called!(wire, "getX402Balance", [], raw.get_x402_balance("x", Some("x")));
    called!(wire, "topUpX402Balance", [], raw.top_up_x402_balance(Some("x")));
    called!(wire, "getX402Transactions", [], raw.get_x402_transactions("x", &types::WalletTransactionsParams::new(), Some("x")));
    called!(wire, "webScrape", [], raw.web_scrape(&types::WebScrapeRequest::new("x")));
    called!(wire, "webSearch", [], raw.web_search(&types::WebSearchRequest::new("x")));
    called!(wire, "getTeeAttestation", ["model", "nonce"], raw.get_tee_attestation(&types::TeeAttestationParams::new("x", "x")));
    called!(wire, "getTeeSignature", ["model", "request_id"], raw.get_tee_signature(&types::TeeSignatureParams::new("x", "x")));
}
