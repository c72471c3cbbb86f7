//! `Keystore`: an encrypted private key (Web3 Secret Storage, version 3).

use aes::Aes128;
use aes::cipher::{KeyIvInit as _, StreamCipher as _};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::address::WalletAddress;
use super::error::{WalletError, WalletErrorKind};
use crate::features::hex;
use crate::features::keccak::keccak256;

/// The most memory that `scrypt` may ask for.
const MAX_SCRYPT_BYTES: u128 = 1 << 30;
/// The most rounds of `pbkdf2` or blocks of `scrypt`: hundreds of times what wallets use.
const MAX_ROUNDS: u32 = 100_000_000;

#[derive(Deserialize)]
struct Keystore {
    version: serde_json::Number,
    #[serde(default)]
    address: Option<String>,
    #[serde(alias = "Crypto")]
    crypto: Crypto,
}

#[derive(Deserialize)]
struct Crypto {
    cipher: String,
    ciphertext: String,
    cipherparams: CipherParams,
    kdf: String,
    kdfparams: KdfParams,
    mac: String,
}

#[derive(Deserialize)]
struct CipherParams {
    iv: String,
}

#[derive(Deserialize)]
struct KdfParams {
    dklen: u32,
    salt: String,
    n: Option<u32>,
    r: Option<u32>,
    p: Option<u32>,
    c: Option<u32>,
    prf: Option<String>,
}

/// The key of a keystore, and the address that the file names if it names one.
pub(crate) fn open(json: &str, password: &str) -> Result<(Zeroizing<[u8; 32]>, Option<WalletAddress>), WalletError> {
    let keystore: Keystore =
        serde_json::from_str(json).map_err(|error| invalid(format!("it is not the JSON of a keystore: {error}")))?;
    if keystore.version.as_u64() != Some(3) {
        return Err(invalid(format!("its version is {}, and only version 3 is supported", keystore.version)));
    }
    let crypto = keystore.crypto;
    if crypto.cipher != "aes-128-ctr" {
        return Err(invalid(format!("its cipher is {:?}, and only `aes-128-ctr` is supported", crypto.cipher)));
    }
    let iv: [u8; 16] = bytes(&crypto.cipherparams.iv, "cipherparams.iv")?;
    let mut key: Zeroizing<[u8; 32]> = Zeroizing::new(bytes(&crypto.ciphertext, "ciphertext")?);
    let mac: [u8; 32] = bytes(&crypto.mac, "mac")?;
    let derived = derive(&crypto.kdf, &crypto.kdfparams, password)?;
    let mut authenticated = Vec::with_capacity(48);
    authenticated.extend_from_slice(&derived[16..]);
    authenticated.extend_from_slice(key.as_slice());
    let found = keccak256(&authenticated);
    zeroize::Zeroize::zeroize(&mut authenticated);
    if found != mac {
        return Err(WalletError::new(WalletErrorKind::Password, "the password does not open the keystore"));
    }
    let mut cipher_key = Zeroizing::new([0; 16]);
    cipher_key.copy_from_slice(&derived[..16]);
    ctr::Ctr128BE::<Aes128>::new((&*cipher_key).into(), (&iv).into()).apply_keystream(key.as_mut_slice());
    let address = match keystore.address.as_deref().filter(|address| !address.is_empty()) {
        Some(address) => {
            // Without a checksum: the file has it in one case, and some tools omit the prefix.
            let digits = address.trim_start_matches("0x").to_ascii_lowercase();
            Some(format!("0x{digits}").parse()?)
        }
        None => None,
    };
    Ok((key, address))
}

/// 32 bytes from the password.
fn derive(kdf: &str, params: &KdfParams, password: &str) -> Result<Zeroizing<[u8; 32]>, WalletError> {
    let need = |value: Option<u32>, name: &str| {
        value.filter(|value| *value > 0).ok_or_else(|| invalid(format!("its `kdfparams.{name}` is missing or 0")))
    };
    if params.dklen != 32 {
        return Err(invalid(format!("its `kdfparams.dklen` is {}, and only 32 is supported", params.dklen)));
    }
    let salt = hex::decode(params.salt.trim_start_matches("0x"))
        .ok_or_else(|| invalid("its `kdfparams.salt` is not hexadecimal".to_owned()))?;
    let mut derived = Zeroizing::new([0; 32]);
    match kdf {
        "scrypt" => {
            let (n, r, p) = (need(params.n, "n")?, need(params.r, "r")?, need(params.p, "p")?);
            if !n.is_power_of_two() || n < 2 {
                return Err(invalid(format!("its `kdfparams.n` is {n}, which is not a power of two")));
            }
            let memory = 128 * u128::from(n) * u128::from(r);
            if memory > MAX_SCRYPT_BYTES || u128::from(n) * u128::from(r) * u128::from(p) > MAX_ROUNDS.into() {
                return Err(invalid(format!(
                    "its `scrypt` asks for {} MiB of memory, {p} times, and at most 1024 MiB are taken",
                    memory >> 20
                )));
            }
            let wrong = |error: &dyn std::fmt::Display| invalid(format!("its `kdfparams` are not usable: {error}"));
            let log_n = u8::try_from(n.trailing_zeros()).unwrap_or(u8::MAX);
            let parameters = scrypt::Params::new(log_n, r, p).map_err(|error| wrong(&error))?;
            scrypt::scrypt(password.as_bytes(), &salt, &parameters, derived.as_mut_slice())
                .map_err(|error| wrong(&error))?;
        }
        "pbkdf2" => {
            let rounds = need(params.c, "c")?;
            match params.prf.as_deref() {
                None | Some("hmac-sha256") => {}
                Some(other) => {
                    return Err(invalid(format!(
                        "its `kdfparams.prf` is {other:?}, and only `hmac-sha256` is supported"
                    )));
                }
            }
            if rounds > MAX_ROUNDS {
                return Err(invalid(format!(
                    "its `pbkdf2` asks for {rounds} rounds, and at most {MAX_ROUNDS} are made"
                )));
            }
            pbkdf2::pbkdf2_hmac::<sha2::Sha256>(password.as_bytes(), &salt, rounds, derived.as_mut_slice());
        }
        other => {
            return Err(invalid(format!("its key derivation is {other:?}; `scrypt` and `pbkdf2` are supported")));
        }
    }
    Ok(derived)
}

fn bytes<const N: usize>(digits: &str, field: &str) -> Result<[u8; N], WalletError> {
    hex::decode_array(digits.trim_start_matches("0x"))
        .ok_or_else(|| invalid(format!("its `{field}` has not {N} bytes in hexadecimal")))
}

fn invalid(problem: String) -> WalletError {
    WalletError::new(WalletErrorKind::Keystore, format!("the keystore is not usable: {problem}"))
}
