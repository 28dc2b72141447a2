//! Rules of what e-mail may contain for which address. A [`Mail`] exists only where its class allows it to be sent [TS1a].

use base::Private;

use crate::domain::{
    address::{Address, StaffDomains},
    concern::Grade,
    delivery::Reason,
    language::Preference,
    template::{Class, Data, Template},
};

/// Mail that may be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    pub to: Address,
    /// `en`, `fr` or `en+fr`.
    pub language: &'static str,
    pub subject: Private<String>,
    pub body: Private<String>,
}

/// Template of the mail that announces an inbox item: grade and reference to staff mail systems, where it is a ring; to all others that
/// there is a message.
#[must_use]
pub fn form(grade: Option<Grade>, to: &Address, staff: &StaffDomains) -> Template {
    if grade.is_some() && staff.hold(to) { Template::OutsideRing } else { Template::OutsideNotice }
}

/// Composes the mail.
///
/// # Errors
/// [`Reason::ClassForbidsEmail`] where the class of the template forbids this address.
pub fn compose(template: Template, to: Address, staff: &StaffDomains, preference: Preference, data: &Data) -> Result<Mail, Reason> {
    let leaves = match template.class() {
        Class::Open => true,
        Class::NeedToKnow => staff.hold(&to),
        Class::Protected => false,
    };
    if !leaves {
        return Err(Reason::ClassForbidsEmail);
    }
    let words = template.render(preference, data);
    Ok(Mail { to, language: words.language, subject: words.title, body: words.body })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parties() -> (StaffDomains, Address, Address) {
        let staff = StaffDomains::new(&["csc-scc.gc.ca".to_owned()]);
        (staff, Address::parse("ada@csc-scc.gc.ca").unwrap(), Address::parse("ada@example.org").unwrap())
    }

    #[test]
    fn what_stands_inside_the_wall_never_leaves_by_e_mail_to_any_address() {
        let (staff, inside, outside) = parties();
        for template in Template::ALL.iter().copied() {
            for to in [&inside, &outside] {
                let allowed = match template {
                    Template::OutsideNotice => true,
                    Template::OutsideRing | Template::AddressCode => to == &inside,
                    _ => false,
                };
                let mail = compose(template, to.clone(), &staff, None, &Data::default());
                assert_eq!(mail.is_ok(), allowed, "{template:?} to {}", to.domain());
            }
        }
    }

    #[test]
    fn every_mail_we_choose_a_form_for_may_leave() {
        let (staff, inside, outside) = parties();
        for grade in [None, Some(Grade::Imminent), Some(Grade::Concern), Some(Grade::Question), Some(Grade::Drill)] {
            for to in [&inside, &outside] {
                let form = form(grade, to, &staff);
                assert_eq!(form == Template::OutsideRing, grade.is_some() && to == &inside);
                assert!(compose(form, to.clone(), &staff, None, &Data::default()).is_ok());
            }
        }
    }
}
