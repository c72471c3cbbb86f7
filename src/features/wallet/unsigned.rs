//! `Unsigned`: what a wallet signs to pay: a transfer authorization (EIP-3009) or the message of a Solana transaction.

use std::time::{Duration, SystemTime};

use super::address::WalletAddress;
use super::error::{WalletError, WalletErrorKind};
use super::requirement::{CONTRACT, DECIMALS, Requirement};
use super::sign_in::Wallet;
use super::solana::{self, SolanaTransfer};
use super::transfer::TransferAuthorization;
use crate::features::hex;

/// How long Solana accepts a blockhash, with a margin.
const BLOCKHASH_LIFE: Duration = Duration::from_secs(60);

/// What the wallet signs.
#[derive(Clone, Debug)]
pub(super) enum Unsigned {
    Base(TransferAuthorization),
    Solana { message: Vec<u8>, expires: Duration },
}

impl Unsigned {
    pub(super) fn new(
        requirement: &Requirement,
        wallet: &Wallet,
        units: u64,
        blockhash: Option<&str>,
        now: SystemTime,
    ) -> Result<Self, WalletError> {
        let (payer, now) = (wallet.address(), wallet.corrected(now));
        let random = |bytes: &mut [u8]| {
            let failed = |error: getrandom::Error| {
                WalletError::new(WalletErrorKind::Unsupported, format!("no random number: {error}"))
            };
            getrandom::fill(bytes).map_err(failed)
        };
        let Requirement { chain, recipient, time_limit, fee_payer, memo, .. } = requirement;
        let (Some(owner), Some(to), Some(mint), Some(fee_payer)) = (
            payer.solana_bytes(),
            recipient.solana_bytes(),
            chain.usdc().solana_bytes(),
            fee_payer.as_ref().and_then(WalletAddress::solana_bytes),
        ) else {
            let mut nonce = [0; 32];
            random(&mut nonce)?;
            let transfer = TransferAuthorization {
                from: payer,
                to: *recipient,
                value: units.into(),
                valid_after: 0,
                valid_before: (now + *time_limit).as_secs(),
                nonce,
                token_name: CONTRACT.0.to_owned(),
                token_version: CONTRACT.1.to_owned(),
                chain_id: 8453,
                token: chain.usdc(),
            };
            transfer.check(now.as_secs())?;
            return Ok(Self::Base(transfer));
        };
        let memo = match memo {
            Some(memo) => memo.clone(),
            None => {
                let mut bytes = [0; 16];
                random(&mut bytes)?;
                hex::encode(&bytes)
            }
        };
        let transfer = SolanaTransfer {
            fee_payer,
            owner,
            recipient: to,
            mint,
            token_program: solana::key(solana::TOKEN)?,
            amount: units,
            decimals: DECIMALS,
            memo,
            blockhash: solana::key(blockhash.unwrap_or_default())?,
        };
        let expires = now + (*time_limit).min(BLOCKHASH_LIFE);
        Ok(Self::Solana { message: transfer.message()?, expires })
    }

    /// When it expires, since 1970.
    pub(super) fn expires(&self) -> Duration {
        match self {
            Self::Base(transfer) => Duration::from_secs(transfer.valid_before),
            Self::Solana { expires, .. } => *expires,
        }
    }
}
