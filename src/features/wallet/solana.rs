//! `SolanaTransfer`: a transaction (version 0) that transfers tokens, and whose fee payer signs after the wallet.

use sha2::{Digest as _, Sha256};

use super::error::{WalletError, WalletErrorKind};

type PublicKey = [u8; 32];

/// A transfer of tokens: compute limit, compute price, `TransferChecked`, memo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SolanaTransfer {
    /// Pays the fees of the chain, and signs after the wallet.
    pub(super) fee_payer: PublicKey,
    /// The wallet that pays.
    pub(super) owner: PublicKey,
    /// The recipient's wallet.
    pub(super) recipient: PublicKey,
    /// The token.
    pub(super) mint: PublicKey,
    /// The program that the token belongs to.
    pub(super) token_program: PublicKey,
    /// In base units of the token.
    pub(super) amount: u64,
    pub(super) decimals: u8,
    pub(super) memo: String,
    pub(super) blockhash: [u8; 32],
}

/// The limit of compute units for the four instructions.
const COMPUTE_UNITS: u32 = 20_000;
/// The price of a compute unit, in micro-lamports.
const COMPUTE_UNIT_PRICE: u64 = 1;
/// The longest memo that the API takes, in bytes.
const MAX_MEMO: usize = 256;

const COMPUTE_BUDGET: &str = "ComputeBudget111111111111111111111111111111";
const MEMO: &str = "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr";
const ASSOCIATED_TOKEN: &str = "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL";
/// The program of USDC.
pub(super) const TOKEN: &str = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA";

struct Instruction {
    program: PublicKey,
    accounts: Vec<(PublicKey, Access)>,
    data: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Access {
    signs: bool,
    writes: bool,
}

const READ: Access = Access { signs: false, writes: false };
const WRITE: Access = Access { signs: false, writes: true };
const SIGN: Access = Access { signs: true, writes: false };

impl SolanaTransfer {
    /// The message that the wallet signs, its version included.
    pub(super) fn message(&self) -> Result<Vec<u8>, WalletError> {
        if self.amount == 0 {
            return Err(WalletError::new(WalletErrorKind::Amount, "a payment of nothing is not signed"));
        }
        if self.memo.len() > MAX_MEMO {
            return Err(unsupported(format!("the memo of the payment is longer than {MAX_MEMO} bytes")));
        }
        if self.fee_payer == self.owner {
            return Err(unsupported("the fee payer of the payment is the wallet itself".to_owned()));
        }
        if self.recipient == self.owner {
            return Err(WalletError::new(WalletErrorKind::Recipient, "the payment goes to the wallet itself"));
        }
        let source = associated_account(&self.owner, &self.mint, &self.token_program)?;
        let destination = associated_account(&self.recipient, &self.mint, &self.token_program)?;
        let budget = |data: Vec<u8>| Ok(Instruction { program: key(COMPUTE_BUDGET)?, accounts: Vec::new(), data });
        let instructions = [
            budget([&[2], COMPUTE_UNITS.to_le_bytes().as_slice()].concat())?,
            budget([&[3], COMPUTE_UNIT_PRICE.to_le_bytes().as_slice()].concat())?,
            Instruction {
                program: self.token_program,
                accounts: vec![(source, WRITE), (self.mint, READ), (destination, WRITE), (self.owner, SIGN)],
                data: [&[12], self.amount.to_le_bytes().as_slice(), &[self.decimals]].concat(),
            },
            Instruction { program: key(MEMO)?, accounts: Vec::new(), data: self.memo.as_bytes().to_vec() },
        ];
        Ok(compile(&self.fee_payer, &instructions, &self.blockhash))
    }

    /// The transaction: the message behind an empty signature of the fee payer and the wallet's.
    pub(super) fn transaction(message: &[u8], signature: &[u8; 64]) -> Vec<u8> {
        [&[2], [0; 64].as_slice(), signature, message].concat()
    }
}

/// A message of version 0 without address tables.
fn compile(fee_payer: &PublicKey, instructions: &[Instruction], blockhash: &[u8; 32]) -> Vec<u8> {
    // In the order of their first use, as in the reference implementation.
    let mut accounts: Vec<(PublicKey, Access)> = vec![(*fee_payer, Access { signs: true, writes: true })];
    let mut add = |account: PublicKey, access: Access| match accounts.iter_mut().find(|known| known.0 == account) {
        Some((_, known)) => {
            known.signs |= access.signs;
            known.writes |= access.writes;
        }
        None => accounts.push((account, access)),
    };
    for instruction in instructions {
        add(instruction.program, READ);
        instruction.accounts.iter().for_each(|(account, access)| add(*account, *access));
    }
    accounts.sort_by_key(|(_, access)| (!access.signs, !access.writes));
    let count = |wanted: fn(&Access) -> bool| byte(accounts.iter().filter(|(_, access)| wanted(access)).count());
    let mut message = vec![
        0x80,
        count(|access| access.signs),
        count(|access| access.signs && !access.writes),
        count(|access| !access.signs && !access.writes),
    ];
    push_length(&mut message, accounts.len());
    accounts.iter().for_each(|(account, _)| message.extend_from_slice(account));
    message.extend_from_slice(blockhash);
    push_length(&mut message, instructions.len());
    let index = |account: &PublicKey| byte(accounts.iter().position(|(known, _)| known == account).unwrap_or_default());
    for instruction in instructions {
        message.push(index(&instruction.program));
        push_length(&mut message, instruction.accounts.len());
        message.extend(instruction.accounts.iter().map(|(account, _)| index(account)));
        push_length(&mut message, instruction.data.len());
        message.extend_from_slice(&instruction.data);
    }
    push_length(&mut message, 0);
    message
}

/// The account that holds a wallet's tokens of one kind.
fn associated_account(
    wallet: &PublicKey,
    mint: &PublicKey,
    token_program: &PublicKey,
) -> Result<PublicKey, WalletError> {
    let program = key(ASSOCIATED_TOKEN)?;
    (0..=u8::MAX)
        .rev()
        .map(|bump| {
            let mut hasher = Sha256::new();
            for part in [wallet.as_slice(), token_program, mint, &[bump], &program, b"ProgramDerivedAddress"] {
                hasher.update(part);
            }
            PublicKey::from(hasher.finalize())
        })
        // An address that is a point of the curve could have a private key.
        .find(|address| ed25519_dalek::VerifyingKey::from_bytes(address).is_err())
        .ok_or_else(|| unsupported("the wallet has no account for the token".to_owned()))
}

/// The bytes of an address, or of a blockhash, in base58.
pub(super) fn key(text: &str) -> Result<PublicKey, WalletError> {
    let mut bytes = [0; 32];
    match bs58::decode(text).onto(bytes.as_mut_slice()) {
        Ok(32) => Ok(bytes),
        _ => Err(WalletError::address(text, "a Solana address has 32 bytes in base58".to_owned())),
    }
}

/// A length, seven bits a byte (`shortvec`).
fn push_length(out: &mut Vec<u8>, mut length: usize) {
    while length > 0x7f {
        out.push(byte(length & 0x7f) | 0x80);
        length >>= 7;
    }
    out.push(byte(length));
}

fn byte(number: usize) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}

fn unsupported(problem: String) -> WalletError {
    WalletError::new(WalletErrorKind::Unsupported, problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_seven_bits_a_byte() {
        for (number, bytes) in
            [(0, vec![0]), (127, vec![127]), (128, vec![128, 1]), (255, vec![255, 1]), (16384, vec![128, 128, 1])]
        {
            let mut out = Vec::new();
            push_length(&mut out, number);
            assert_eq!(out, bytes);
        }
    }
}
