//! The pages as a person meets them, in Chromium: with scripts and without, on a phone and on a desktop, light and dark.

mod comfort;
mod data;
mod forms;
mod guide;
mod links;
mod looks;
mod recovery;

/// Stamps each promise out in a browser that nothing else uses. A promise of `everywhere` is kept with scripts on and off.
macro_rules! in_a_browser {
    (everywhere { $($everywhere:tt)+ } with_scripts_only { $($scripted:tt)+ }) => {
        in_a_browser!(@scripts with_scripts On $($everywhere)+ $($scripted)+);
        in_a_browser!(@scripts without_scripts Off $($everywhere)+);
    };
    (@scripts $module:ident $scripts:ident $($topic:ident: $($promise:ident),+;)+) => {
        mod $module {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $promise() {
                    use crate::support::browser::{Browser, Scripts};
                    if let Some(browser) = Browser::open(Scripts::$scripts).await {
                        super::$topic::$promise(&browser).await;
                        browser.hand_on().await;
                    }
                }
            )+)+
        }
    };
}

in_a_browser! {
    everywhere {
        guide:
            a_person_signs_up_signs_out_and_signs_in_again;
        data:
            the_link_on_the_account_page_downloads_a_file;
        forms:
            a_failed_form_says_what_is_wrong_beside_its_field,
            where_one_was_going_survives_a_failed_attempt,
            a_return_origin_may_lead_on_to_a_third_one,
            a_browser_that_keeps_no_cookie_is_told_after_a_sign_in;
        links:
            a_person_opens_a_link_chooses_a_password_and_is_signed_in,
            the_code_of_a_link_can_be_typed,
            a_person_signs_up_with_an_invitation,
            a_user_changes_the_username,
            a_disabled_user_is_told_so_at_the_sign_in,
            no_page_after_a_link_learns_its_code_and_forms_work_over_plain_http;
        recovery:
            a_person_keeps_the_codes_they_are_offered_and_gets_back_in_with_one,
            who_wants_no_codes_now_is_let_be_and_finds_them_later,
            where_one_was_going_survives_a_recovery;
    }
    with_scripts_only {
        comfort:
            a_password_can_be_shown_and_is_hidden_again_before_it_is_sent,
            the_form_component_of_the_guide_works,
            pages_that_come_back_show_no_account_and_no_password,
            times_are_the_reader_s_and_what_was_done_is_told_once,
            recovery_codes_can_be_copied;
        recovery:
            codes_are_printed_alone_and_asked_for_once;
        looks:
            every_page_fits_every_screen_and_reads_well_in_light_and_dark,
            the_pages_of_links_fit_every_screen_and_read_well_in_light_and_dark,
            pages_in_another_language_and_in_an_operator_s_colours_fit_and_read_as_well,
            the_audit_finds_what_is_wrong;
    }
}
