//! The table: which change has which class, and why. Each reason is what the generator makes of the change.
//!
//! `tests` beside it holds the table against the generator: a change that takes something away from the generated public surface, or alters a
//! signature, must be breaking, and a breaking change must do so.

use super::change::Class::{self, Additive, Behaviour, Breaking, Cosmetic};

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    pub class: Class,
    pub why: &'static str,
}

const fn rule(class: Class, why: &'static str) -> Rule {
    Rule { class, why }
}

impl Rule {
    /// The same reason with a class that is not worse than `class`.
    pub fn at_most(self, class: Class) -> Self {
        if self.class > class {
            rule(class, "only one of the two forms of the body; the Rust type has what either has")
        } else {
            self
        }
    }
}

// Operations.
pub const OPERATION_ADDED: Rule = rule(Additive, "one more method");
pub const OPERATION_REMOVED: Rule = rule(Breaking, "its method and the types that only it has are gone");
pub const OPERATION_MOVED: Rule = rule(Behaviour, "the method is the same and calls another endpoint");
pub const HANDLE_MOVED: Rule = rule(Breaking, "the method is on another handle, or is called otherwise there");
pub const METHOD_RENAMED: Rule = rule(Breaking, "the method is called after the operation's id");
pub const ID_RESPELT: Rule = rule(Cosmetic, "the id gives the same Rust name");
pub const DEPRECATED: Rule = rule(Additive, "callers get a warning from the compiler, and everything works as before");
pub const UNDEPRECATED: Rule = rule(Cosmetic, "a warning of the compiler goes away");
pub const SECURITY: Rule = rule(Behaviour, "who may call it has changed, and with that how the client authenticates");
pub const SECURITY_RESPELT: Rule = rule(Cosmetic, "the client authenticates as before");
pub const SECURITY_SCHEME: Rule = rule(Behaviour, "the server expects the key or the wallet in another way");
pub const SCHEME_UNUSED: Rule =
    rule(Cosmetic, "a scheme changes nothing by itself; an operation that uses it is listed for itself");
pub const SERVER: Rule = rule(Behaviour, "calls go to another server; the client's base URL may need to follow");
pub const PRICE: Rule = rule(Behaviour, "the call is the same and costs something else");
pub const RETRY: Rule = rule(Behaviour, "a failed call is repeated by other rules");
pub const NOT_GENERATED: Rule = rule(Cosmetic, "nothing is generated from it");

// Parameters.
pub const ARGUMENT_ADDED: Rule =
    rule(Breaking, "the generated method takes its parameters by position: one more argument");
pub const ARGUMENT_REMOVED: Rule =
    rule(Breaking, "the generated method takes its parameters by position: one argument less");
pub const ARGUMENT_STRUCT: Rule = rule(Breaking, "two query parameters or more are a struct of the generated method");
pub const PARAMETER_UNUSED: Rule = rule(Cosmetic, "the transport negotiates this header, and cookies are not sent");
pub const PATH_PARAMETER_RENAMED: Rule = rule(Cosmetic, "path parameters go by position");
pub const HEADER_RENAMED: Rule = rule(Behaviour, "the argument is the same, and goes in another header");
pub const HEADER_REQUIRED: Rule =
    rule(Behaviour, "the argument stays optional, and the server refuses a call without it");
pub const HEADER_OPTIONAL: Rule = rule(Additive, "the argument may be left out");
pub const SERIALISATION: Rule = rule(Behaviour, "the server reads the parameter in another form");

// Bodies and replies.
pub const BODY_ADDED: Rule = rule(Breaking, "the method takes a body: one more argument");
pub const BODY_REMOVED: Rule = rule(Breaking, "the method takes no body any more: one argument less");
pub const BODY_ALWAYS_SENT: Rule = rule(Cosmetic, "the SDK always sends the body");
pub const REQUEST_MEDIA_ADDED: Rule = rule(Additive, "the request may go in one more form");
pub const REQUEST_MEDIA_REMOVED: Rule = rule(Behaviour, "the request goes in another form");
pub const REQUEST_MEDIA_TYPES: Rule =
    rule(Breaking, "a file that may also go as text is another Rust type, or members of the body are gone");
pub const MEDIA_PARAMETER: Rule = rule(Cosmetic, "the parameters of a media type are not looked at");
pub const RETURN_TYPE: Rule =
    rule(Breaking, "the method returns another type: a typed reply has nothing but JSON and events, any other is raw");
pub const REPLY_MEDIA_ADDED: Rule = rule(Additive, "one more form of the reply");
pub const REPLY_MEDIA_REMOVED: Rule = rule(Behaviour, "the reply does not come in that form any more");
pub const REPLY_TYPES_GONE: Rule = rule(Breaking, "the types of that form of the reply are gone");
pub const ERROR_STATUS_ADDED: Rule =
    rule(Additive, "one more status is listed; errors of every status are read, listed or not");
pub const ERROR_STATUS_REMOVED: Rule =
    rule(Cosmetic, "one status less is listed; errors of every status are read, listed or not");
pub const SUCCESS_REMOVED: Rule = rule(
    Breaking,
    "no success reply is documented any more, so the method returns a raw reply and the type of the old one is gone",
);
pub const SUCCESS_STATUS: Rule = rule(Behaviour, "the server answers a success with another status");
pub const UNTYPED_MEDIA: Rule = rule(Behaviour, "no type depends on it, but the SDK reads what it can of it");
pub const HEADER_ADDED: Rule = rule(Additive, "one more header; it is in `Meta::headers` in any case");
pub const HEADER_REMOVED: Rule = rule(Behaviour, "what is read from this header may be missing");
pub const ACCESSOR_REMOVED: Rule = rule(Breaking, "the accessor of this header is gone from `Meta`");
pub const ACCESSOR_CHANGED: Rule =
    rule(Breaking, "the accessor of this header in `Meta` gives another type, or has another name");
pub const HEADER_CHANGED: Rule = rule(Cosmetic, "headers are read leniently");

// Members of objects.
pub const REQUEST_FIELD_ADDED: Rule = rule(Additive, "one more setter");
pub const REQUEST_FIELD_NEEDED: Rule = rule(Breaking, "`new` takes one more argument");
pub const REQUEST_FIELD_NULLABLE: Rule =
    rule(Behaviour, "one more setter, and the server refuses a request that leaves it out");
pub const CONSTANT_ADDED: Rule = rule(Behaviour, "the SDK sends the one value that it can have by itself");
pub const CONSTANT_REMOVED: Rule = rule(Behaviour, "the SDK does not send it any more");
pub const CONSTANT_CHANGED: Rule = rule(Behaviour, "the SDK sends another constant");
pub const UNIT_FILLED: Rule = rule(Breaking, "a form without members is a variant without payload");
pub const FIELD_REMOVED: Rule = rule(Breaking, "the member is gone from its type");
pub const FIELD_SPELLING: Rule = rule(Behaviour, "the Rust name is the same, the name on the wire is not");
pub const FIELD_SPELLING_REMOVED: Rule = rule(Behaviour, "the member stays under its other spelling");
pub const MEMBER_ORDER: Rule = rule(Breaking, "`new` takes the required members in the document's order");
pub const REPLY_FIELD_ADDED: Rule = rule(Additive, "one more member; structs are non-exhaustive");
pub const UNTYPED_ADDED: Rule = rule(Additive, "no type is generated here, and what is new is ignored");
pub const UNTYPED_REMOVED: Rule = rule(Behaviour, "no type is generated here, but the SDK reads what it can of it");
pub const OPTION_CHANGED: Rule = rule(
    Breaking,
    "a member that is required and never null is a `T` and an argument of `new`, any other an `Option<T>`",
);
pub const CONSTANT_OPENED: Rule = rule(Additive, "what was sent as a constant is a member now");
pub const CONSTANT_FREED: Rule = rule(Breaking, "what was sent as a constant is an argument of `new` now");
pub const CONSTANT_CLOSED: Rule = rule(Breaking, "the member is gone: its one value is sent by itself");
pub const NULL_UNSENT: Rule = rule(Cosmetic, "the member is an `Option` before and after, and null is never sent");
pub const REQUIRED_UNSENT: Rule =
    rule(Behaviour, "the member is an `Option` before and after, and the server refuses a request that leaves it out");
pub const OPTIONAL_BEFORE: Rule = rule(Additive, "the member is an `Option` before and after, and may now be left out");
pub const LENIENT: Rule = rule(Cosmetic, "replies are read leniently: missing and null read the same");
pub const EXTRA_ADDED: Rule = rule(Additive, "members without a name are kept in `extra`");
pub const EXTRA_REMOVED: Rule = rule(Breaking, "`extra` is gone from the type");
pub const CLEARABLE: Rule = rule(Breaking, "a member that null takes away is an `Option<Option<T>>`");

// Types.
pub const TYPE_CHANGED: Rule = rule(Breaking, "the Rust type changes");
pub const TYPE_COUNT: Rule = rule(Cosmetic, "a count is an `i64` whatever the document says");
pub const TYPE_UNTYPED: Rule = rule(Behaviour, "no type is generated here, but the SDK reads what it can of it");
pub const TYPE_RENAMED: Rule = rule(Breaking, "the Rust type has another name");
pub const COMPONENT_MOVED: Rule =
    rule(Cosmetic, "the same shape stands elsewhere; when that renames its Rust type, the type name is listed");
pub const COMPONENT_UNUSED: Rule = rule(Cosmetic, "no operation leads to it");
pub const VARIANT_ADDED: Rule = rule(Additive, "one more variant; enums are non-exhaustive");
pub const VARIANT_REMOVED: Rule = rule(
    Breaking,
    "the variant is gone: code that names it does not compile, though the server's value would still be read",
);
pub const TAG_CHANGED: Rule = rule(Behaviour, "the forms are told apart by another member");
pub const TAG_APPEARED: Rule = rule(Breaking, "with and without a constant the forms have other variants");
pub const FORMS_DESCRIBED: Rule = rule(Cosmetic, "the same Rust type, described otherwise");
pub const FORMS_TAKEN: Rule = rule(Behaviour, "the same Rust type, and the server takes other values");

// Values.
pub const TIGHTENED: Rule =
    rule(Behaviour, "a value may be refused that was taken, by the SDK before it is sent or by the server");
pub const LOOSENED: Rule = rule(Additive, "values are taken that were refused");
pub const LIMIT_REMOVED: Rule =
    rule(Additive, "values are taken that were refused; with its last limit a request type loses `validate`");
pub const REPLY_LIMIT: Rule = rule(Cosmetic, "limits of replies are not checked");
pub const DEFAULT: Rule =
    rule(Behaviour, "the server takes another value when none is sent; the SDK sends no defaults");
pub const REPLY_DEFAULT: Rule = rule(Cosmetic, "defaults of replies are not filled in");
/// What is breaking by the table, while the generated interface keeps the item.
pub const KEPT: Rule = rule(Behaviour, "the generated interface keeps it, by the overlay or by its name");
/// What the table does not see, and the generated interface loses.
pub const LOST: Rule = rule(Breaking, "the generated interface has these items no more");
pub const KEYWORD: Rule = rule(Behaviour, "the server may judge requests differently");
