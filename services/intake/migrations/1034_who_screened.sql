-- A case opens in the portfolio of the officer who screened its referral, so cases reads the decision with the content [R3c].

alter policy the_unit_reads on screening_decision rename to need_to_know;
alter policy need_to_know on screening_decision using ((select unit_acts()) or (select peer_acts('service:cases')));
