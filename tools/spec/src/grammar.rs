//! Which keys of an OpenAPI 3.0 document are keywords.
//!
//! To walk a document, one must know whether a key is a keyword or a name: `description` below a schema is the vendor's prose,
//! `description` below `properties` is a field of the API. Only this table knows.

/// The kinds of object that have keywords of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Node {
    /// The document.
    Document,
    /// `info`.
    Info,
    /// A server.
    Server,
    /// A variable of a server's URL.
    ServerVariable,
    /// An entry of the document's `tags`.
    Tag,
    /// `components`.
    Components,
    /// `paths`: keys are paths, but `x-…` is an extension.
    Paths,
    /// One path, or one expression of a callback.
    PathItem,
    /// An operation.
    Operation,
    /// A parameter or a response header, which have the same members.
    Parameter,
    /// A request body.
    RequestBody,
    /// What a media type holds.
    MediaType,
    /// How one property of a form is encoded.
    Encoding,
    /// `responses` of an operation: keys are statuses, but `x-…` is an extension.
    Responses,
    /// A response.
    Response,
    /// A link of a response.
    Link,
    /// A schema.
    Schema,
    /// A security scheme.
    SecurityScheme,
    /// The flows of an OAuth security scheme.
    OauthFlows,
    /// One of them.
    OauthFlow,
}

/// What a member of such an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Member {
    /// Text for people, or sample data: no type and no call depends on it.
    Prose,
    /// A value to take as it is, whatever it looks like inside: `enum`, `default`, `required`, `$ref`, …
    Fact,
    /// The display name of a schema or of the API.
    Title,
    /// One object of that kind (for a schema also `true` or `false`).
    One(Node),
    /// An array of them.
    List(Node),
    /// An object whose keys are names and whose values are of that kind.
    Map(Node),
    /// An object whose keys are names and whose values are text for people (OAuth scopes).
    ProseMap,
    /// `x-…`, or a keyword that OpenAPI 3.0 does not have: no grammar to go by.
    Extension,
}

/// What the member `key` of an object of kind `node` is.
#[must_use]
pub fn member(node: Node, key: &str) -> Member {
    use Member::{Extension, Fact, List, Map, One, Prose, ProseMap, Title};

    if key.starts_with("x-") {
        return Extension;
    }
    match (node, key) {
        (_, "$ref") => return Fact,
        (Node::Paths, _) => return One(Node::PathItem),
        (Node::Responses, _) => return One(Node::Response),
        (_, "description" | "summary" | "example" | "examples" | "externalDocs" | "$comment") => return Prose,
        _ => {}
    }
    match (node, key) {
        (Node::Document, "openapi" | "security") => Fact,
        (Node::Document, "info") => One(Node::Info),
        (Node::Document | Node::PathItem | Node::Operation, "servers") => List(Node::Server),
        (Node::Document, "tags") => List(Node::Tag),
        (Node::Document, "components") => One(Node::Components),
        (Node::Document, "paths") => One(Node::Paths),

        (Node::Info, "title") => Title,
        (Node::Info, "version") => Fact,
        (Node::Info, "termsOfService" | "contact" | "license") => Prose,

        (Node::Server, "url") => Fact,
        (Node::Server, "variables") => Map(Node::ServerVariable),
        (Node::ServerVariable, "enum" | "default") => Fact,

        (Node::Tag, "name") => Fact,

        (Node::Components, "schemas") => Map(Node::Schema),
        (Node::Components, "responses") => Map(Node::Response),
        (Node::Components, "parameters" | "headers") => Map(Node::Parameter),
        (Node::Components, "requestBodies") => Map(Node::RequestBody),
        (Node::Components, "securitySchemes") => Map(Node::SecurityScheme),
        (Node::Components, "links") => Map(Node::Link),
        (Node::Components, "callbacks") => Map(Node::Paths),

        (Node::PathItem, "get" | "put" | "post" | "delete" | "options" | "head" | "patch" | "trace") => {
            One(Node::Operation)
        }
        (Node::PathItem | Node::Operation, "parameters") => List(Node::Parameter),
        (Node::Operation, "operationId" | "tags" | "deprecated" | "security") => Fact,
        (Node::Operation, "requestBody") => One(Node::RequestBody),
        (Node::Operation, "responses") => One(Node::Responses),
        (Node::Operation, "callbacks") => Map(Node::Paths),

        (
            Node::Parameter,
            "name" | "in" | "required" | "deprecated" | "allowEmptyValue" | "style" | "explode" | "allowReserved",
        ) => Fact,
        (Node::Parameter | Node::MediaType, "schema") => One(Node::Schema),
        (Node::Parameter | Node::RequestBody | Node::Response, "content") => Map(Node::MediaType),
        (Node::RequestBody, "required") => Fact,
        (Node::MediaType, "encoding") => Map(Node::Encoding),
        (Node::Encoding, "contentType" | "style" | "explode" | "allowReserved") => Fact,
        (Node::Encoding | Node::Response, "headers") => Map(Node::Parameter),
        (Node::Response, "links") => Map(Node::Link),
        (Node::Link, "operationId" | "operationRef" | "parameters" | "requestBody") => Fact,
        (Node::Link, "server") => One(Node::Server),

        (Node::SecurityScheme, "type" | "name" | "in" | "scheme" | "bearerFormat" | "openIdConnectUrl") => Fact,
        (Node::SecurityScheme, "flows") => One(Node::OauthFlows),
        (Node::OauthFlows, "implicit" | "password" | "clientCredentials" | "authorizationCode") => One(Node::OauthFlow),
        (Node::OauthFlow, "authorizationUrl" | "tokenUrl" | "refreshUrl") => Fact,
        (Node::OauthFlow, "scopes") => ProseMap,

        (Node::Schema, _) => schema_member(key),
        _ => Extension,
    }
}

/// The keywords of a schema: OpenAPI 3.0's, and those of JSON Schema that tools write into 3.0 documents.
fn schema_member(key: &str) -> Member {
    match key {
        "title" => Member::Title,
        "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas" => Member::Map(Node::Schema),
        "items" | "additionalProperties" | "not" | "contains" | "propertyNames" | "if" | "then" | "else" => {
            Member::One(Node::Schema)
        }
        "allOf" | "anyOf" | "oneOf" | "prefixItems" => Member::List(Node::Schema),
        "type" | "format" | "enum" | "const" | "default" | "required" | "nullable" | "deprecated" | "readOnly"
        | "writeOnly" | "discriminator" | "xml" | "pattern" | "minLength" | "maxLength" | "minimum" | "maximum"
        | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" | "minItems" | "maxItems" | "uniqueItems"
        | "minProperties" | "maxProperties" | "contentMediaType" | "contentEncoding" | "minContains"
        | "maxContains" | "dependentRequired" => Member::Fact,
        _ => Member::Extension,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyword_below_a_schema_is_a_name_below_properties() {
        assert_eq!(member(Node::Schema, "description"), Member::Prose);
        assert_eq!(member(Node::Schema, "properties"), Member::Map(Node::Schema));
    }

    #[test]
    fn statuses_and_paths_are_not_keywords() {
        assert_eq!(member(Node::Responses, "200"), Member::One(Node::Response));
        assert_eq!(member(Node::Paths, "/description"), Member::One(Node::PathItem));
        assert_eq!(member(Node::Responses, "x-note"), Member::Extension);
    }
}
