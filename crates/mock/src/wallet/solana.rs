//! `Transfer`: a verified transaction of Solana that moves tokens (version 0, four instructions).

use sha2::{Digest as _, Sha256};

use super::crypto::{base58, verify};
use super::payment::{Refusal, unverified};
use crate::evm::keccak256;

const COMPUTE_BUDGET: &str = "ComputeBudget111111111111111111111111111111";
const TOKEN: &str = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA";
const ASSOCIATED_TOKEN: &str = "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL";
const MEMO: &str = "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr";
/// The longest memo, in bytes.
const MAX_MEMO: usize = 256;

type Key = [u8; 32];

/// What a transfer has to be like.
pub(super) struct Terms {
    pub(super) fee_payer: &'static str,
    pub(super) mint: &'static str,
    pub(super) pay_to: &'static str,
    pub(super) decimals: u8,
}

pub(super) struct Transfer {
    pub(super) owner: Key,
    pub(super) amount: u64,
    pub(super) digest: [u8; 32],
    pub(super) signature: [u8; 64],
}

/// The bytes that are not read yet.
struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn byte(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// A length: seven bits a byte, the lowest first, three bytes at most.
    fn length(&mut self) -> Option<usize> {
        let mut length = 0;
        for shift in [0, 7, 14] {
            let byte = usize::from(self.byte()?);
            length |= (byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(length);
            }
        }
        None
    }
}

/// A message of version 0.
struct Message<'b> {
    signers: usize,
    readonly_signers: usize,
    readonly_others: usize,
    keys: Vec<Key>,
    instructions: Vec<Instruction<'b>>,
}

struct Instruction<'b> {
    program: u8,
    accounts: &'b [u8],
    data: &'b [u8],
}

impl<'b> Message<'b> {
    fn parse(bytes: &'b [u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        let [version, signers, readonly_signers, readonly_others] = reader.array()?;
        let count = reader.length()?;
        let keys: Option<Vec<Key>> = (0..count).map(|_| reader.array()).collect();
        let _blockhash: [u8; 32] = reader.array()?;
        let count = reader.length()?;
        let instructions: Option<Vec<Instruction<'b>>> = (0..count)
            .map(|_| {
                let program = reader.byte()?;
                let accounts = reader.length().and_then(|length| reader.take(length))?;
                let data = reader.length().and_then(|length| reader.take(length))?;
                Some(Instruction { program, accounts, data })
            })
            .collect();
        let tables = reader.length()?;
        let is_whole = version == 0x80 && tables == 0 && reader.0.is_empty();
        let [signers, readonly_signers, readonly_others] =
            [signers, readonly_signers, readonly_others].map(usize::from);
        is_whole.then_some(Self {
            signers,
            readonly_signers,
            readonly_others,
            keys: keys?,
            instructions: instructions?,
        })
    }

    fn key(&self, index: u8) -> Option<&Key> {
        self.keys.get(usize::from(index))
    }

    /// Whether an instruction may change an account.
    fn is_writable(&self, index: u8) -> bool {
        let index = usize::from(index);
        let end = if index < self.signers {
            self.signers.checked_sub(self.readonly_signers)
        } else {
            self.keys.len().checked_sub(self.readonly_others)
        };
        end.is_some_and(|end| index < end)
    }

    /// The instruction at a place, if it is one of this program.
    fn of(&self, place: usize, program: &str) -> Option<&Instruction<'b>> {
        let instruction = self.instructions.get(place)?;
        (self.key(instruction.program).copied() == base58(program)).then_some(instruction)
    }
}

/// The transfer of a transaction that the facilitator would sign and send.
pub(super) fn verified(bytes: &[u8], terms: &Terms) -> Result<Transfer, Refusal> {
    let refused = |code: &'static str, message: &str| Err((code, message.to_owned()));
    let mut reader = Reader(bytes);
    let signatures: Option<Vec<[u8; 64]>> = match reader.length() {
        Some(count) => (0..count).map(|_| reader.array()).collect(),
        None => None,
    };
    let signed = reader.0;
    let (Some(signatures), Some(message)) = (signatures, Message::parse(signed)) else {
        return refused("INVALID_PAYMENT_FORMAT", "The transaction is not one of version 0 without address tables");
    };
    let [of_fee_payer, signature] = *signatures else {
        return Err(unverified("The transaction has not two signatures"));
    };
    let [fee_payer, owner, ..] = *message.keys else {
        return Err(unverified("The transaction has not two signers"));
    };
    if message.signers != 2 || base58(terms.fee_payer) != Some(fee_payer) || fee_payer == owner {
        return Err(unverified("The transaction is not one of the offered fee payer and the wallet"));
    }
    if of_fee_payer != [0; 64] {
        return Err(unverified("The place of the fee payer's signature is not empty"));
    }
    let [_, _, _, _] = *message.instructions else {
        return Err(unverified("The transaction has not four instructions"));
    };
    let data = |place: usize, program: &str| message.of(place, program).map(|instruction| instruction.data);
    if !matches!(data(0, COMPUTE_BUDGET), Some([2, _, _, _, _])) {
        return Err(unverified("The first instruction does not limit the compute units"));
    }
    if !matches!(data(1, COMPUTE_BUDGET), Some([3, price @ ..]) if price.len() == 8) {
        return Err(unverified("The second instruction does not price the compute units"));
    }
    if !data(3, MEMO).is_some_and(|memo| memo.len() <= MAX_MEMO && std::str::from_utf8(memo).is_ok()) {
        return Err(unverified("The fourth instruction is not a memo of at most 256 bytes"));
    }
    let transfer = message.of(2, TOKEN).and_then(|instruction| match (instruction.accounts, instruction.data) {
        ([source, mint, destination, owner], [12, amount @ .., decimals]) => {
            let amount = u64::from_le_bytes(amount.try_into().ok()?);
            Some((*source, *mint, *destination, *owner, amount, *decimals))
        }
        _ => None,
    });
    let Some((source, mint, destination, authority, amount, decimals)) = transfer else {
        return Err(unverified("The third instruction is not a checked transfer of tokens"));
    };
    let key = |index: u8| message.key(index).copied();
    let (usdc, pay_to) = (base58(terms.mint), base58(terms.pay_to));
    if key(mint) != usdc || decimals != terms.decimals {
        return refused("UNSUPPORTED_TOKEN", "The token is not USDC");
    }
    if key(authority) != Some(owner) || key(source) != associated_account(&owner, terms.mint) {
        return refused("INVALID_PAYMENT_PAYER", "The tokens are not those of the wallet that signs");
    }
    if key(destination) != pay_to.and_then(|pay_to| associated_account(&pay_to, terms.mint)) {
        return refused("INVALID_PAYMENT_RECIPIENT", "The payment goes to another recipient");
    }
    if !message.is_writable(source) || !message.is_writable(destination) || !message.is_writable(0) {
        return Err(unverified("The transaction cannot change the accounts that it moves tokens between"));
    }
    if amount == 0 {
        return refused("INVALID_AMOUNT", "The amount is 0");
    }
    if !verify(&owner, signed, &signature) {
        return Err(unverified("The signature is not that of the payer"));
    }
    Ok(Transfer { owner, amount, digest: keccak256(signed), signature })
}

/// The account that holds a wallet's tokens: the first address of this derivation that is not on the curve, so it has no private key.
fn associated_account(owner: &Key, mint: &str) -> Option<Key> {
    let (program, token, mint): (Key, Key, Key) = (base58(ASSOCIATED_TOKEN)?, base58(TOKEN)?, base58(mint)?);
    (0..=u8::MAX).rev().find_map(|bump| {
        let seeds = [&owner[..], &token, &mint, &[bump], &program, b"ProgramDerivedAddress"];
        let hash: Key = Sha256::digest(seeds.concat()).into();
        ed25519_dalek::VerifyingKey::from_bytes(&hash).is_err().then_some(hash)
    })
}
