//! Private keys of wallets are wiped before their memory is freed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod searching;

use sha2::{Digest, Sha512};
use venice_ai::wallet::{LocalWallet, WALLET_KEY_VARIABLE, Wallet, WalletError, WalletSigner};

use self::searching::{found, kept, parts_of, search_for};

fn forms(key: &[u8]) -> Vec<Vec<u8>> {
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    // Numbers of 256 bits are kept with their lowest word first.
    let reversed = key.iter().rev().copied().collect();
    let mut words = key.to_vec();
    words.reverse();
    let big_words: Vec<u8> = words.chunks(8).flat_map(|word| word.iter().rev().copied().collect::<Vec<_>>()).collect();
    let numbers: Vec<String> = key.iter().map(u8::to_string).collect();
    vec![
        key.to_vec(),
        reversed,
        big_words,
        hex.to_uppercase().into_bytes(),
        hex.into_bytes(),
        bs58::encode(key).into_string().into_bytes(),
        numbers.join(",").into_bytes(),
        // What Ed25519 makes of a seed.
        Sha512::digest(key).to_vec(),
    ]
}

fn key(number: u8) -> [u8; 32] {
    let hash: [u8; 64] = Sha512::digest([number]).into();
    let mut key = [0; 32];
    key.copy_from_slice(&hash[..32]);
    key
}

type Open<'k> = Box<dyn Fn() -> Result<LocalWallet, WalletError> + 'k>;

#[test]
fn keys_are_wiped_before_their_memory_is_freed() {
    let (evm, seed) = (key(1), key(2));
    let pair: &'static [u8] = {
        let wallet = LocalWallet::from_solana_bytes(&seed).unwrap();
        Box::leak([&seed[..], wallet.address().as_bytes()].concat().into_boxed_slice())
    };
    let hex = kept(evm.iter().map(|byte| format!("{byte:02x}")).collect());
    // SAFETY: no other thread of this program reads or writes the environment now: it has this one test.
    unsafe { std::env::set_var(WALLET_KEY_VARIABLE, hex) };
    let base58 = kept(bs58::encode(pair).into_string());
    let base58_seed = kept(bs58::encode(seed).into_string());
    let json = kept(format!("{:?}", pair));
    let vectors: serde_json::Value = serde_json::from_str(include_str!("../fixtures/wallet/vectors.json")).unwrap();
    let keystore = &vectors["keystores"][0];
    let (file, password) = (keystore["json"].as_str().unwrap(), keystore["password"].as_str().unwrap());
    let of_keystore = keystore["key"].as_str().unwrap();
    let of_keystore: Vec<u8> =
        (2..66).step_by(2).map(|place| u8::from_str_radix(&of_keystore[place..place + 2], 16).unwrap()).collect();

    let mut all: Vec<Vec<u8>> = [&evm[..], &seed, &of_keystore].into_iter().flat_map(forms).collect();
    all.push(base58.as_bytes().to_vec());
    let parts = all.iter().flat_map(|form| parts_of(form)).collect();
    let malformed = [
        ("digits", kept(format!("{hex}0"))),
        ("digits with a letter", kept(format!("{}g", &hex[..63]))),
        ("base58", kept(format!("{base58}1"))),
        ("a key file", kept(json.replace(']', ", 1]"))),
        ("a key file with a text", kept(json.replace(']', ", x]"))),
    ];
    search_for(parts);
    std::mem::forget((all, of_keystore));

    // The search finds what is not wiped, moved by a growing vector too.
    drop(evm.to_vec());
    assert_eq!(found(), 1);
    let mut growing = evm.to_vec();
    growing.reserve(1 << 16);
    growing.fill(0);
    drop(growing);
    assert_eq!(found(), 1);

    let sign = |wallet: LocalWallet| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            wallet.sign_message(b"message").await.unwrap();
            let _ = wallet.sign_transaction(b"transaction").await;
            let shown = format!("{wallet:?}");
            assert!(shown.contains("***"));
            let wallet = Wallet::new(wallet);
            wallet.clone().sign_in().await.unwrap();
        });
    };
    for (name, open) in [
        ("hexadecimal digits", Box::new(|| LocalWallet::from_hex(hex)) as Open<'_>),
        ("the environment", Box::new(LocalWallet::from_env)),
        ("bytes", Box::new(|| LocalWallet::from_evm_bytes(&evm))),
        ("base58", Box::new(|| LocalWallet::from_base58(base58))),
        ("a seed in base58", Box::new(|| LocalWallet::from_text(base58_seed))),
        ("a key pair", Box::new(|| LocalWallet::from_solana_bytes(pair))),
        ("a key file", Box::new(|| LocalWallet::from_solana_json(json))),
        ("a keystore", Box::new(|| LocalWallet::from_keystore(file, password))),
    ] {
        let wallet = open().unwrap();
        assert_eq!(found(), 0, "reading {name}");
        sign(wallet);
        assert_eq!(found(), 0, "signing with {name}");
    }
    // What is refused is wiped as well.
    for (name, text) in malformed {
        assert!(LocalWallet::from_text(text).is_err());
        assert_eq!(found(), 0, "refusing {name}");
    }
    assert!(LocalWallet::from_keystore(file, "another").is_err());
    assert_eq!(found(), 0, "a wrong password");
}
