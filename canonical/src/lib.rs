//! `#[derive(Canonical)]`: recognises the JSON that serde's derived `Serialize` writes of a struct, without building the struct.
//!
//! It reads the attributes that serde reads, so that a field is described once. An attribute that it does not know is an error
//! of the compiler.

use proc_macro::TokenStream;
use quote::quote;
use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Error, Field, Fields, LitStr, Result, parse_macro_input};

/// Implements `crate::json::canonical::Canonical` for a struct with named fields, or a transparent one.
#[proc_macro_derive(Canonical, attributes(serde))]
pub fn canonical(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    implement(&input).unwrap_or_else(Error::into_compile_error).into()
}

fn implement(input: &DeriveInput) -> Result<proc_macro2::TokenStream> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new(input.span(), "only structs are written by field"));
    };
    let is_transparent = check_container(&input.attrs)?;
    let body = match &data.fields {
        Fields::Unnamed(fields) if is_transparent && fields.unnamed.len() == 1 => {
            let inner = &fields.unnamed[0].ty;
            quote!(<#inner as crate::json::canonical::Canonical>::pass(cursor))
        }
        Fields::Named(named) if !is_transparent => {
            let fields = named.named.iter().map(step).collect::<Result<Vec<_>>>()?;
            quote! {
                let mut fields = crate::json::canonical::Fields::open(cursor)?;
                #(#fields)*
                fields.close()
            }
        }
        other => {
            return Err(Error::new(other.span(), "a struct with named fields, or a transparent one with one field"));
        }
    };
    let name = &input.ident;
    Ok(quote! {
        #[automatically_derived]
        impl crate::json::canonical::Canonical for #name {
            fn pass(cursor: &mut crate::json::canonical::Cursor<'_>) -> ::core::option::Option<()> {
                #body
            }
        }
    })
}

/// Whether the struct is written as its only field.
fn check_container(attributes: &[Attribute]) -> Result<bool> {
    let mut is_transparent = false;
    each_word(attributes, |word, _| match word {
        "transparent" => {
            is_transparent = true;
            true
        }
        // Neither changes what is written.
        "default" | "remote" => true,
        _ => false,
    })?;
    Ok(is_transparent)
}

/// How the cursor goes past a field.
fn step(field: &Field) -> Result<proc_macro2::TokenStream> {
    let (mut is_skipped, mut left_out) = (false, None);
    each_word(&field.attrs, |word, value| match (word, value) {
        ("skip", _) => {
            is_skipped = true;
            true
        }
        ("default", _) => true,
        ("skip_serializing_if", Some(test)) => {
            left_out = text_left_out(&test.value());
            left_out.is_some()
        }
        _ => false,
    })?;
    if is_skipped {
        return Ok(quote!());
    }
    let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
    let key = format!("\"{name}\":");
    let of = &field.ty;
    Ok(match left_out {
        Some(left_out) => quote!(fields.may::<#of>(#key, #left_out)?;),
        None => quote!(fields.must::<#of>(#key)?;),
    })
}

/// The text of the value for which a field is left out.
fn text_left_out(test: &str) -> Option<&'static str> {
    match test {
        "Option::is_none" => Some("null"),
        "Vec::is_empty" => Some("[]"),
        "BTreeMap::is_empty" => Some("{}"),
        "is_false" | "std::ops::Not::not" => Some("false"),
        _ => None,
    }
}

/// Passes each word in `#[serde(...)]` with its text, if it has one, to a function, which says whether it knows it.
fn each_word(attributes: &[Attribute], mut knows: impl FnMut(&str, Option<&LitStr>) -> bool) -> Result<()> {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        attribute.parse_nested_meta(|meta| {
            let word = meta.path.require_ident()?.to_string();
            let value = if meta.input.peek(syn::Token![=]) { Some(meta.value()?.parse::<LitStr>()?) } else { None };
            if knows(&word, value.as_ref()) {
                Ok(())
            } else {
                Err(meta.error("Canonical does not know what this attribute makes serde write"))
            }
        })?;
    }
    Ok(())
}
