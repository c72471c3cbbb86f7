//! `open_enum_impls!`, `object_impls!`, `union_impls!`: the trait implementations of generated types.

/// The implementations of a string enum.
macro_rules! open_enum_impls {
    ($name:ident { $($variant:ident = $wire:literal,)* }) => {
        impl $name {
            /// The values that this version of the crate knows, as on the wire.
            pub const KNOWN: &'static [&'static str] = &[$($wire),*];

            /// The value as on the wire.
            #[must_use]
            #[inline]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $wire,)*
                    Self::Unknown(value) => value,
                }
            }

            /// The variant for a value from the wire; an unknown one is kept in `Unknown`.
            #[must_use]
            #[inline]
            pub fn from_wire(value: &str) -> Self {
                match value {
                    $($wire => Self::$variant,)*
                    _ => Self::Unknown(value.to_owned()),
                }
            }
        }

        impl std::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        /// Strict, to find typing errors: only known values parse. `from_wire` and `From` accept any.
        impl std::str::FromStr for $name {
            type Err = crate::runtime::validation::ValidationError;
            #[inline]
            fn from_str(value: &str) -> Result<Self, Self::Err> {
                match Self::from_wire(value) {
                    Self::Unknown(_) => Err(crate::runtime::validation::unknown_value(stringify!($name), value, Self::KNOWN)),
                    known => Ok(known),
                }
            }
        }

        /// Any text, like `from_wire`, so that a setter accepts a value from the wire: `.duration("5s")`.
        impl From<&str> for $name {
            #[inline]
            fn from(value: &str) -> Self {
                Self::from_wire(value)
            }
        }

        /// Any text, like `from_wire`.
        impl From<String> for $name {
            #[inline]
            fn from(value: String) -> Self {
                Self::from_wire(&value)
            }
        }

        impl Default for $name {
            /// The value of an absent field of a reply: an empty unknown value.
            #[inline]
            fn default() -> Self {
                Self::Unknown(String::new())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::runtime::wire::text(deserializer, Self::from_wire)
            }
        }

        impl crate::runtime::wire::Field for $name {
            fn blank() -> Self {
                Self::default()
            }

            fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::runtime::wire::text(deserializer, Self::from_wire)
            }
        }

        impl crate::runtime::wire::OpenEnum for $name {
            #[inline]
            fn text(&self) -> &str {
                self.as_str()
            }
        }
    };
}
pub(crate) use open_enum_impls;

/// The implementations of an object.
macro_rules! object_impls {
    ($name:ident) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::runtime::wire::object(deserializer)
            }
        }

        impl crate::runtime::wire::Field for $name {
            fn blank() -> Self {
                crate::runtime::wire::Object::empty()
            }

            fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::runtime::wire::object(deserializer)
            }
        }
    };
}
pub(crate) use object_impls;

/// The implementations of a union.
macro_rules! union_impls {
    ($name:ident) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::runtime::wire::union(deserializer)
            }
        }

        impl crate::runtime::wire::Field for $name {
            fn blank() -> Self {
                Self::Unknown(serde_json::Value::Null)
            }

            fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::runtime::wire::union(deserializer)
            }
        }
    };
}
pub(crate) use union_impls;

/// The default of a union in replies, for an absent field.
macro_rules! union_default {
    ($name:ident) => {
        impl Default for $name {
            /// The value of an absent field of a reply: an unknown form, null.
            #[inline]
            fn default() -> Self {
                Self::Unknown(serde_json::Value::Null)
            }
        }
    };
}
pub(crate) use union_default;
