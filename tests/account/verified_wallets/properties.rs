//! Properties of addresses, amounts and sign-in messages, for any values.

use proptest::prelude::*;
use venice_ai::wallet::{LocalWallet, TopUpPolicy, Wallet, WalletAddress};
use venice_ai::{Amount, Client};

use super::{chat, start};

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

proptest! {
    #[test]
    fn evm_addresses_are_read_as_they_are_written(bytes: [u8; 20]) {
        let address = WalletAddress::evm(bytes);
        let text = address.to_string();
        prop_assert_eq!(text.parse::<WalletAddress>().unwrap(), address);
        prop_assert_eq!(address.as_bytes(), &bytes);
        prop_assert_eq!(text.to_lowercase().parse::<WalletAddress>().unwrap(), address);
        prop_assert_eq!(format!("0x{}", text[2..].to_uppercase()).parse::<WalletAddress>().unwrap(), address);
    }

    /// One letter in the other case breaks the checksum, unless that leaves all of them in one case.
    #[test]
    fn a_letter_in_the_other_case_is_found(bytes: [u8; 20], place in 2_usize..42) {
        let mut text = WalletAddress::evm(bytes).to_string().into_bytes();
        prop_assume!(text[place].is_ascii_alphabetic());
        text[place] ^= 0x20;
        let text = String::from_utf8(text).unwrap();
        let digits = &text[2..];
        prop_assume!(digits != digits.to_lowercase() && digits != digits.to_uppercase());
        prop_assert!(text.parse::<WalletAddress>().is_err());
    }

    #[test]
    fn solana_addresses_are_read_as_they_are_written(bytes: [u8; 32]) {
        let address = WalletAddress::solana(bytes);
        prop_assert_eq!(address.to_string().parse::<WalletAddress>().unwrap(), address);
        prop_assert_eq!(address.as_bytes(), &bytes);
    }

    #[test]
    fn no_text_is_an_address_by_accident(text in "\\PC{0,60}") {
        if let Ok(address) = text.parse::<WalletAddress>() {
            prop_assert!(address.to_string().eq_ignore_ascii_case(&text));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// What the SDK signs with any key, statement and URI, the mock reads and verifies.
    #[test]
    fn any_message_is_verified(key in proptest::array::uniform32(1_u8..255), statement in "[ -~\u{e0}-\u{ff}]{0,80}", uri in "[!-~]{1,80}") {
        let wallets = [LocalWallet::from_evm_bytes(&key).unwrap(), LocalWallet::from_solana_bytes(&key).unwrap()];
        let mock = start();
        for wallet in wallets {
            let address = wallet.address();
            mock.wallet(address).set_balance(5);
            let wallet = Wallet::new(wallet).with_statement(&*statement).with_uri(&*uri);
            let status = runtime().block_on(async {
                let header = wallet.sign_in().await.unwrap();
                chat(&mock, Some(("SIGN-IN-WITH-X", header.expose()))).await.status()
            });
            prop_assert_eq!(status, 200);
        }
    }

    /// Any amount of USDC is signed, verified and credited to the last of its six decimals.
    #[test]
    fn any_amount_is_credited_exactly(key in proptest::array::uniform32(1_u8..255), units in 5_000_000_u64..=10_000_000_000) {
        let amount: Amount = format!("{}.{:06}", units / 1_000_000, units % 1_000_000).parse().unwrap();
        let mock = start();
        for wallet in [LocalWallet::from_evm_bytes(&key).unwrap(), LocalWallet::from_solana_bytes(&key).unwrap()] {
            let wallet = Wallet::new(wallet);
            let policy = TopUpPolicy::new("10000").with_blockhash(|| async {
                Ok::<_, std::io::Error>("EkSnNWid2cvwEVnVx9aBqawnmiCNiDgp3gUdkDPTKN1N".to_owned())
            });
            let builder = Client::builder().base_url(mock.base_url()).no_proxy().wallet(&wallet).top_up_policy(&policy);
            let venice = builder.build().unwrap();
            let done = runtime().block_on(async { venice.x402().top_up(amount).await }).unwrap();
            prop_assert_eq!(done.top_up.amount_credited, Some(amount));
            prop_assert_eq!(mock.wallet(wallet.address()).balance(), amount);
        }
        prop_assert!(mock.payments().iter().all(|payment| payment.amount == amount));
    }
}
