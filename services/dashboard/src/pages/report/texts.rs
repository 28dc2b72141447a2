//! Texts of the reports, in both languages.

crate::text::texts! {
    reports: "Reports", "Rapports";
    table: "Table", "Tableau";
    fiscal_year: "Fiscal year", "Exercice";
    latest_year: "The latest reported", "Le dernier publié";
    show: "Show", "Afficher";
    by_origin: "Referrals by origin", "Renvois selon l’origine";
    by_region: "Referrals by region", "Renvois selon la région";
    by_month: "Referrals by month", "Renvois selon le mois";
    by_disposition: "Referrals by disposition", "Renvois selon la décision";
    by_origin_and_region: "Referrals by origin and region", "Renvois selon l’origine et la région";
    time_to_accept: "Time from raise to acceptance of safety concerns", "Délai d’acceptation des préoccupations en matière de sécurité";
    by_grade: "Safety concerns by grade", "Préoccupations en matière de sécurité selon la gravité";

    chart_of: "Chart: {column}", "Graphique : {column}";
    withheld: "withheld", "retenu";
    largest: "Of the numbers shown, the largest is “{label}” with {n}.", "Parmi les nombres affichés, le plus grand est « {label} », avec {n}.";
    longest: "Of the times shown, the longest is “{label}” with {n} seconds.", "Parmi les délais affichés, le plus long est « {label} », avec {n} secondes.";
    all_zero: "All numbers shown are 0.", "Tous les nombres affichés sont 0.";
    all_withheld: "No number can be shown.", "Aucun nombre ne peut être affiché.";
    total: "The total is {n}.", "Le total est de {n}.";
    withheld_one: "One number is withheld.", "Un nombre est retenu.";
    withheld_many: "{n} numbers are withheld.", "{n} nombres sont retenus.";
    csv: "Download as CSV", "Télécharger en format CSV";
    print: "To print it, use the print function of the browser: the sheet holds the chart, the table and the note.", "Pour imprimer, utilisez la fonction d’impression du navigateur : la feuille contient le graphique, le tableau et la note.";
    as_of: "Counted as of", "Compté en date du";
}
