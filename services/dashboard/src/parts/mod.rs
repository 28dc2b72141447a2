//! Parts that every page is made of: forms, tables, lists of facts, refusals, times and names.

pub mod address;
pub mod casework;
pub mod clause;
pub mod desks;
pub mod draft;
pub mod drawing;
pub mod facts;
pub mod filter;
pub mod form;
pub mod form_values;
pub mod kept;
pub mod person;
pub mod proposed;
pub mod refusal;
pub mod review;
pub mod site;
pub mod table;
pub mod texts;
pub mod time;
pub mod words;
