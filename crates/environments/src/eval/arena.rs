//! The expressions and values of one evaluation, by number.

use std::collections::BTreeMap;
use std::ops::{Index, IndexMut};
use std::rc::Rc;
use std::sync::Arc;

use crate::ast::{Accessor, Call, Function, Place};
use crate::json::Json;
use crate::number::Number;
use crate::position::Range;
use crate::schema::Schema;

/// An expression's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ExprId(u32);

/// A value's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ValueId(u32);

/// How far an expression's evaluation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Declared,
    Evaluating,
    Done,
}

/// An expression with what is known of its value.
#[derive(Clone, Debug)]
pub(super) struct Expr {
    /// The path among the values, for messages.
    pub(super) path: Arc<str>,
    pub(super) place: Place,
    pub(super) form: Form,
    /// The imported value that it overrides.
    pub(super) base: Option<ValueId>,
    pub(super) schema: Arc<Schema>,
    pub(super) state: State,
    /// Whether the expression itself is a secret's text.
    pub(super) is_secret: bool,
    pub(super) value: Option<ValueId>,
}

/// What an expression is.
#[derive(Clone, Debug)]
pub(super) enum Form {
    /// Could not be read.
    Missing,
    Literal(Json),
    /// Something that has the place of the expression that refers to it.
    Placeholder,
    Interpolation(Rc<[Piece]>),
    Reference(Reference),
    /// A property of a value that is unknown.
    Property {
        receiver: ValueId,
        name: Arc<str>,
    },
    Array(Rc<[ExprId]>),
    Object(Rc<Properties>),
    Call(Rc<Invocation>),
}

/// Text and the reference behind it.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) reference: Option<Reference>,
}

/// The steps of a reference, each with the expression that it leads to.
#[derive(Clone, Debug, Default)]
pub(super) struct Reference {
    pub(super) accessors: Rc<[Accessor]>,
    pub(super) targets: Vec<Option<ExprId>>,
}

/// The members of an object.
#[derive(Clone, Debug, Default)]
pub(super) struct Properties {
    pub(super) members: BTreeMap<Arc<str>, ExprId>,
    pub(super) key_ranges: BTreeMap<Arc<str>, Option<Range>>,
}

/// A call with its declared operands.
#[derive(Clone, Debug)]
pub(super) struct Invocation {
    pub(super) call: Call,
    pub(super) operands: Vec<ExprId>,
    /// The name of the provider as an expression, for `fn::open` and `fn::rotate`.
    pub(super) provider: Option<ExprId>,
}

impl Invocation {
    pub(super) fn function(&self) -> Function {
        self.call.function
    }
}

/// A value.
#[derive(Clone, Debug)]
pub(super) struct Value {
    /// The expression that yields it.
    pub(super) def: ExprId,
    /// The value that it is merged over.
    pub(super) base: Option<ValueId>,
    pub(super) schema: Arc<Schema>,
    /// The keys, those of the base included, once they were needed.
    pub(super) merged_keys: Option<Rc<[Arc<str>]>>,
    pub(super) unknown: bool,
    pub(super) rotate_only: bool,
    pub(super) secret: bool,
    /// Whether it cannot be overridden.
    pub(super) is_final: bool,
    pub(super) content: Content,
}

/// What a value is. Nothing is said of one that is unknown.
#[derive(Clone, Debug, Default)]
pub(super) enum Content {
    #[default]
    Null,
    Bool(bool),
    Number(Number),
    String(Arc<[u8]>),
    Array(Rc<[ValueId]>),
    Object(Rc<BTreeMap<Arc<str>, ValueId>>),
}

impl Value {
    pub(super) fn new(def: ExprId, schema: Arc<Schema>, content: Content) -> Self {
        Self {
            def,
            base: None,
            schema,
            merged_keys: None,
            unknown: false,
            rotate_only: false,
            secret: false,
            is_final: false,
            content,
        }
    }

    pub(super) fn unknown(def: ExprId, schema: Arc<Schema>) -> Self {
        Self {
            unknown: true,
            ..Self::new(def, schema, Content::Null)
        }
    }
}

/// The expressions and values of one evaluation.
#[derive(Debug, Default)]
pub(super) struct Arena {
    exprs: Vec<Expr>,
    values: Vec<Value>,
}

impl Arena {
    pub(super) fn add_expr(&mut self, expr: Expr) -> ExprId {
        let id = ExprId(u32::try_from(self.exprs.len()).unwrap_or(u32::MAX));
        self.exprs.push(expr);
        id
    }

    pub(super) fn add(&mut self, value: Value) -> ValueId {
        let id = ValueId(u32::try_from(self.values.len()).unwrap_or(u32::MAX));
        self.values.push(value);
        id
    }

    /// How many values there are.
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }
}

#[expect(
    clippy::indexing_slicing,
    reason = "numbers come from the arena that they index, which never shrinks and stays below 2^32"
)]
mod index {
    use super::{Arena, Expr, ExprId, Index, IndexMut, Value, ValueId};

    impl Index<ExprId> for Arena {
        type Output = Expr;

        fn index(&self, id: ExprId) -> &Expr {
            &self.exprs[id.0 as usize]
        }
    }

    impl IndexMut<ExprId> for Arena {
        fn index_mut(&mut self, id: ExprId) -> &mut Expr {
            &mut self.exprs[id.0 as usize]
        }
    }

    impl Index<ValueId> for Arena {
        type Output = Value;

        fn index(&self, id: ValueId) -> &Value {
            &self.values[id.0 as usize]
        }
    }

    impl IndexMut<ValueId> for Arena {
        fn index_mut(&mut self, id: ValueId) -> &mut Value {
            &mut self.values[id.0 as usize]
        }
    }
}
