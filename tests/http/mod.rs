//! The contract, black-box: the real server on a free port, reached through public routes only, on every store.

mod account;
mod bodies;
mod cross_origin;
mod data;
mod devices;
mod documents;
mod errors;
mod guide;
pub mod links;
mod metrics;
mod negotiation;
mod outer_rules;
mod pages;
mod recovery;
mod sessions;
mod texts;
mod throttle;
mod timing;
mod verify;

/// Stamps each promise out for each store. A promise is a function that takes the place of a store of its own.
macro_rules! on_every_store {
    ($($topic:ident: $($promise:ident),+;)+) => {
        on_every_store!(@store sqlite $($topic: $($promise),+;)+);
        on_every_store!(@store postgres $($topic: $($promise),+;)+);
    };
    (@store $store:ident $($topic:ident: $($promise:ident),+;)+) => {
        mod $store {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $promise() {
                    if let Some(place) = crate::storage::places::$store().await {
                        super::$topic::$promise(place).await;
                    }
                }
            )+)+
        }
    };
}

pub(crate) use on_every_store;

on_every_store! {
    links:
        a_password_link_sets_a_password_once_and_revokes_every_other_session,
        recovery_codes_stay_when_a_link_is_used,
        opening_a_link_uses_nothing_up_and_leaks_it_nowhere,
        a_wrong_used_expired_replaced_or_revoked_code_has_one_answer,
        of_twenty_racing_uses_of_a_link_one_signs_in,
        a_refused_password_leaves_the_link_as_it_was_and_the_page_shows_it_again,
        guesses_at_links_are_limited_by_address_and_right_codes_are_not,
        sign_up_by_invitation_needs_one,
        an_invitation_may_fix_the_username,
        where_sign_up_is_closed_invitations_do_not_count,
        a_disabled_user_is_refused_at_once_and_told_so_by_the_right_password_alone,
        a_user_is_disabled_on_three_nodes_before_the_call_returns,
        users_change_their_own_names_and_stay_signed_in,
        names_are_looked_for_no_faster_by_changing_ones_own_than_by_signing_up;
    errors:
        an_error_names_every_wrong_field_with_its_reason,
        a_failed_form_shows_a_message_at_every_wrong_field,
        advice_is_in_the_reader_s_language_and_the_sentence_is_not,
        the_rules_can_be_read_before_a_submit,
        a_bearer_client_is_answered_in_json_whatever_it_accepts;
    guide:
        signing_up_in_any_encoding_creates_a_user_with_a_session,
        usernames_have_4_to_31_characters,
        an_operator_can_allow_usernames_of_254_characters,
        passwords_have_6_to_255_characters,
        a_login_takes_1_to_31_and_1_to_255_characters,
        the_username_is_judged_before_the_password,
        what_is_missing_or_no_text_is_that_field_s_error,
        a_username_is_taken_in_any_letter_case_and_spelling,
        of_forty_racing_sign_ups_one_is_let_in,
        the_letters_typed_are_kept_for_display,
        a_wrong_password_and_an_unknown_user_are_told_the_same,
        passwords_are_taken_to_the_letter,
        signing_in_again_ends_the_session_that_came_along,
        every_presented_session_is_revoked_behind_stale_cookies,
        a_token_that_the_client_made_up_is_never_adopted,
        signing_out_ends_the_session_in_the_store,
        signing_out_needs_a_session,
        pages_lead_where_the_guide_says,
        accounts_and_sessions_survive_a_restart,
        white_space_around_a_name_does_not_keep_its_owner_out,
        common_passwords_are_refused_with_a_reason,
        the_site_s_own_words_are_no_passwords,
        a_reserved_username_is_refused_at_sign_up_in_every_spelling,
        an_operator_chooses_which_usernames_are_reserved,
        a_closed_sign_up_says_so;
    sessions:
        a_renewal_sets_no_cookie_of_a_session_that_did_not_count,
        a_renewed_session_sets_its_cookie_again,
        an_imported_session_keeps_the_text_of_its_cookie,
        a_session_has_the_names_of_lucia_s,
        attributes_are_in_the_very_next_validation_and_nowhere_while_empty,
        a_clock_that_was_ahead_gives_no_session_a_longer_life,
        an_active_session_is_validated_without_a_write,
        an_idle_session_is_renewed_once_and_fresh,
        fifty_parallel_validations_of_an_idle_session_all_succeed,
        a_session_revoked_under_load_is_refused_at_the_next_request,
        a_dead_session_is_refused_and_removed,
        the_longest_life_ends_what_renewal_would_prolong,
        a_fourth_login_ends_the_oldest_of_three,
        without_a_bound_no_login_ends_another_session,
        sessions_beyond_the_list_are_told_of_and_revoked,
        a_bearer_client_gets_a_token_and_no_cookie,
        the_bearer_header_counts_before_the_cookie,
        sessions_of_two_users_prove_neither,
        signing_out_ends_the_session_of_every_cookie,
        no_credential_is_a_session_id_or_a_changed_token,
        the_store_holds_no_token_and_no_password,
        a_damaged_store_is_an_unknown_error_that_says_nothing;
    account:
        a_list_shows_where_one_is_signed_in,
        the_last_use_of_a_session_is_kept_to_the_hour,
        a_user_is_told_of_the_latest_sign_ins,
        a_session_is_ended_by_its_own_user_alone,
        all_other_sessions_end_at_once,
        a_new_password_ends_every_session_and_opens_one,
        a_change_of_the_password_says_what_is_wrong,
        what_is_missing_in_a_change_of_the_password_is_that_field_s_error,
        a_bearer_client_gets_its_new_token_and_no_cookie,
        every_page_that_needs_a_session_has_a_button_to_sign_out,
        a_form_of_another_user_s_page_changes_nothing,
        the_page_of_sessions_stays_small,
        of_racing_changes_of_a_password_one_wins,
        an_account_is_deleted_with_all_that_is_kept_of_it,
        account_pages_say_what_was_done_and_ask_a_stranger_to_sign_in,
        a_failed_account_form_is_shown_again_with_its_message;
    data:
        the_data_of_an_account_is_all_that_is_kept_but_no_secret,
        without_a_session_there_is_nothing_to_download,
        thousands_of_sessions_are_downloaded_each_once,
        a_download_that_the_store_breaks_off_does_not_pass_for_complete,
        sign_ins_of_more_than_ninety_days_ago_are_forgotten,
        the_account_page_links_to_the_download;
    devices:
        a_trusted_device_signs_in_at_once_while_others_guess,
        made_up_devices_give_no_guess_more,
        many_trusted_devices_do_not_lift_the_limit_of_an_address,
        a_stolen_device_guesses_no_faster_than_an_address,
        a_changed_password_leaves_behind_every_browser_but_the_one_that_changed_it,
        a_device_outlives_the_session_and_goes_with_the_account,
        one_browser_is_known_for_every_account_that_signed_in_with_it,
        a_known_browser_stays_known_when_the_hash_is_made_anew,
        a_token_of_a_device_is_no_session_and_a_session_is_no_device,
        who_keeps_no_cookies_or_needs_none_gets_none,
        a_browser_is_known_for_ninety_days_from_its_last_login;
    recovery:
        a_new_user_makes_ten_codes_by_the_session_alone,
        codes_that_are_there_or_an_older_session_take_the_password,
        a_browser_gets_its_codes_as_a_page_and_its_errors_beside_the_form,
        of_racing_askers_without_a_password_one_gets_the_codes_that_work,
        a_code_ends_every_session_and_opens_one_with_a_new_password,
        a_code_is_read_as_people_type_it_in_any_encoding,
        the_fields_of_a_recovery_are_judged_in_their_order,
        an_unknown_user_a_user_without_codes_and_a_wrong_or_used_code_are_told_the_same,
        of_racing_uses_of_one_code_one_is_let_in,
        codes_go_with_the_password_and_with_the_account,
        the_store_holds_no_code;
    throttle:
        an_account_is_guessed_at_ten_times_from_one_address_and_then_once_a_minute,
        unknown_names_are_refused_at_the_same_attempt_with_the_same_answer,
        every_spelling_encoding_and_way_of_asking_shares_the_count,
        sixty_failures_from_elsewhere_do_not_keep_out_the_owner,
        a_hundred_failures_in_a_row_slow_the_account_further,
        a_hundred_failures_in_a_row_slow_a_known_address_too,
        an_address_sprays_thirty_accounts_and_then_one_each_ten_seconds,
        a_site_of_ipv6_is_limited_however_many_networks_it_uses,
        a_clock_that_was_ahead_keeps_no_one_out,
        a_password_hash_that_cannot_be_read_tells_no_account,
        ones_own_logins_do_not_hide_guesses_at_others,
        many_logins_that_succeed_are_never_refused,
        a_new_owner_of_a_name_is_known_nowhere_yet,
        what_a_busy_server_turned_away_is_no_guess,
        racing_guesses_do_not_slip_through,
        guesses_at_the_other_doors_share_the_count,
        guesses_at_recovery_codes_are_limited_by_address_alone,
        a_recovery_is_known_where_it_was_made,
        an_address_signs_up_thirty_times_and_then_once_each_six_seconds,
        counts_survive_a_restart_and_hold_on_every_node,
        the_store_keeps_no_name_and_no_address_of_a_guess;
}
