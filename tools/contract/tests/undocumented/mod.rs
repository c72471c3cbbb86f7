//! What a bump added to requests and `spec/docs.yaml` does not document yet.

use std::collections::BTreeSet;

use venice_ai_codegen::lower::schema::ref_name;
use venice_ai_codegen::model::{Kind, Model, Operation};
use venice_ai_codegen::{Inputs, correct, lower, yaml};

/// The fields and parameters of requests that `spec/docs.yaml` does not document, as `operation: name`.
pub fn undocumented() -> BTreeSet<String> {
    let read = |name: &str| {
        let path = format!("{}/../../spec/{name}", env!("CARGO_MANIFEST_DIR"));
        yaml::parse(&std::fs::read_to_string(path).unwrap())
    };
    let inputs = Inputs::read(read).unwrap();
    let mut lowered = correct(&read("swagger.yaml").unwrap(), &inputs).unwrap();
    lower::lower(&mut lowered, &inputs.names).unwrap();
    let mut model = Model::read(&lowered);
    inputs.docs.apply(&mut model);
    let of = |operation: &Operation| -> Vec<String> {
        let types = [&operation.body, &operation.params].into_iter().flatten();
        let types = types.flat_map(|name| objects(&model, name));
        let fields = types.filter_map(|name| model.object(name)).flat_map(|object| &object.fields);
        let fields = fields.chain(&operation.parameters).filter(|field| field.doc.is_none());
        fields.map(|field| format!("{}: {}", operation.id, field.wire)).collect()
    };
    model.operations.iter().flat_map(of).collect()
}

/// A type, or those of a union's forms and of their items.
fn objects<'m>(model: &'m Model, name: &'m str) -> Vec<&'m str> {
    match model.types.get(name).map(|known| &known.kind) {
        Some(Kind::Union(union)) => {
            let arms = union.arms.iter();
            arms.filter_map(|arm| ref_name(&arm.schema).or_else(|| ref_name(&arm.schema["items"]))).collect()
        }
        _ => vec![name],
    }
}
