package simulated

// scenes are things, places and acts in which a value shows without being
// named: the second half of the lexicon, marked like stems. Words such as
// "alarm" or "riot" say little by themselves, so most weigh 2.
var scenes = [valueCount]string{
	sdt: `theor notebook notes hypothes essay verdict !own-verdict subjects studies study debat argument lectur research library
		brainstorm sketch compos poem design museum teaches-self lesson brain drawing painting photograph documentar why`,
	sda: `calendar settles sooner mend repair alone unsupervis foreman guardian chaperon timetable schedul self-employ freelanc
		sets-out unbidden town relatives job-offer turns-down own-boss roof hitch`,
	st: `routine restless =dive diving slope stage rollercoaster parachut climb raft race never-heard heart-race shuffl map
		backpack skydiv sail motorbike expedition gambl monoton !surprise festivals exotic strange road dish journey trip camping`,
	he: `dessert chocolat wine sauna spa massage bath linger nap sofa terrace snooze feast candle =sun sunshine sunbath cream
		cocktail dance dancing soft afternoon sleep-in hammock cinema film delicious concert cook bak game laughing ball`,
	ac: `targets !outdone !outdo top list extra-hours promotion medal trophy diploma degree exam grade rank marks rival overtime
		!results competitor championship record hours field badge certificate hard-work project-lead business-plan manage`,
	pod: `meeting chair staff disposal seat-head !=settles subordinate underling general captain =room decision-maker !gives-in
		vote overrul veto tell-off obedience kneel throne steering politician minister director agree supervis`,
	por: `!owning land houses loan permit contacts yacht mansion jewel diamond sport-car cars shares stocks invest estate salary
		price villa !wealthy gold savings statement well-paid`,
	fac: `laugh scold slip crowd blush gossip rumour rumor excus photo selfie neighbours-think stain mistake scandal online
		apolog front weakness teas stutter trip-over`,
	sep: `!alarm bolt lock locks locked medicin check-up checkup helmet seat-belt seatbelt insur doctor vaccin smoke vitamin
		shortcut dark street well-lit fire burglar fence gate first-aid dentist germs hygien wash dose prepared unprepared avoid`,
	ses: `soldier border guards troops riot riots calm !courts court station governs parliament constitution election terror
		invasion crime ministr institution navy crisis economy streets city war peace party council alarms state-s`,
	tr: `grandmother grandfather grandparent festival holy songs !forebears saints candles-lit grave wedding christen baptis bapti
		sabbath kneels scripture bible koran quran torah hymn old elders recipe dress-costume anniversary farm rural fathers church-goer`,
	cor: `!green-light light crossing tax ticket queue sign fine-print deadline speed-limit limit contract duty duties oath
		instruction uniform form permit-form teacher every-one litter punctual keeps-to paperwork`,
	coi: `neighbour neighbor guests guest topic mood sharp swallow quiet-down loud noise late bites tongue nerves compliment
		gentl apologis apologiz host grudg temper steers`,
	hum: `birthday back-row dust speck stars small joint credits thanked bows bow plain-clothes unnoticed silent worn
		anonym hidden backstage understat medals-away shy names`,
	bed: `promised secret secrets !confid spare key cousins forgotten appointment borrowed lend returns repay shows-up punctually
		vow agreement turns-up siblings moving forget reli`,
	bec: `sister brother bedside mother father daughter son cake soup hug hugs comforted tears worry worrying =love loves
		grandchild hospital nurse elderly kitchen homework baby cradle lonely visit sit sits friends'-troubles`,
	unc: `shelter shelters legal-aid refugee homeless remote village school treats worse capital donat prison slave hungry hunger
		famine wage worker strike protest bully bullied wheelchair minority petition-for migrant aid side angers`,
	unn: `river rubbish train sky plane meadow wild paved petitions tree trees bird birds bees fish whale coral soil solar
		plastic waste compost vegetarian cycle cleaner air water-clean seed wolf lake mountain carbon fur pet pets`,
	unt: `newcomer newcomers politics rejects reject bench hears dress foreigner language mosque-next immigrant neighbours-faith
		dialogue custom-of wary customs-of ways rival-party religion-other gay believe curious-about`,
}

// scenePhrases are scenes that take several words.
var scenePhrases = []phrase{
	{"own verdict", sdt, 6}, {"come up with", sdt, 3}, {"teach* themselves", sdt, 5}, {"teach* himself", sdt, 5}, {"teach* herself", sdt, 5}, {"before reading", sdt, 2}, {"for itself", sdt, 1}, {"the full story", sdt, 3},
	{"somebody else would", sda, 4}, {"someone else would", sda, 4}, {"tell* her which", sda, 6}, {"tell* him which", sda, 6}, {"tell* them which", sda, 6}, {"tell* her how", sda, 6}, {"tell* him how", sda, 6}, {"tell* them how", sda, 6},
	{"where she pleases", sda, 6}, {"where he pleases", sda, 6}, {"where they please", sda, 6}, {"as he pleases", sda, 6}, {"as she pleases", sda, 6}, {"as they please", sda, 6}, {"wait for another", sda, 5}, {"wait for someone", sda, 5}, {"her own", sda, 1}, {"his own", sda, 1}, {"on her own", sda, 3}, {"on his own", sda, 3}, {"on their own", sda, 3},
	{"never heard of", st, 5}, {"never been", st, 4}, {"heart race", st, 5}, {"never tried", st, 5}, {"last minute", st, 3}, {"every day runs", st, 3}, {"something new", st, 5},
	{"without plans", he, 5}, {"work lie", he, 4}, {"laughing on", he, 3}, {"warm water", he, 3}, {"soft music", he, 3}, {"how she likes to spend", he, 2},
	{"top of the", ac, 5}, {"capable of", ac, 4}, {"hard targets", ac, 5}, {"of the class", ac, 4}, {"first place", ac, 5}, {"extra hours", ac, 3}, {"worked for", ac, 2},
	{"takes the chair", pod, 5}, {"take the chair", pod, 5}, {"go along with", pod, 5}, {"at her disposal", pod, 5}, {"at his disposal", pod, 5}, {"at their disposal", pod, 5}, {"gives in", pod, 4}, {"to command", pod, 3}, {"has the last word", pod, 5}, {"have the last word", pod, 5},
	{"useful contacts", por, 5}, {"bank statement*", por, 4}, {"land and houses", por, 4}, {"owning much", por, 4}, {"a say over", por, 1},
	{"laugh at", fac, 6}, {"good name", fac, 4}, {"in front of", fac, 4}, {"others can hear", fac, 5}, {"others can see", fac, 5}, {"be scolded", fac, 5}, {"be seen", fac, 3}, {"thinks of her", fac, 3}, {"thinks of him", fac, 3},
	{"smoke alarm", sep, 5}, {"well-lit", sep, 5}, {"the door", sep, 3}, {"walks home", sep, 3}, {"walk home", sep, 3}, {"falls ill", sep, -2}, {"fall ill", sep, -2},
	{"break out", ses, 4}, {"power station*", ses, 5}, {"party governs", ses, 4}, {"on watch", ses, 4},
	{"holy day*", tr, 5}, {"old songs", tr, 5}, {"her people", tr, 4}, {"his people", tr, 4}, {"their people", tr, 4}, {"just as her", tr, 4}, {"just as his", tr, 4}, {"just as their", tr, 4},
	{"green light", cor, 6}, {"tax form", cor, 6}, {"house rules", cor, 5}, {"keeps to", cor, 4}, {"keep to", cor, 4}, {"red light", cor, 6},
	{"sharp reply", coi, 5}, {"could hurt", coi, 4}, {"feel bothered", coi, 5}, {"bad mood", coi, 6}, {"steer* clear", coi, 4}, {"turn* down her music", coi, 4}, {"turn* down his music", coi, 4}, {"turn* down their music", coi, 4},
	{"speck of", hum, 5}, {"back row", hum, 5}, {"a fuss", hum, 4}, {"everyone else", hum, 4}, {"had a part", hum, 4}, {"is praised", hum, 5}, {"are praised", hum, 5},
	{"goes no further", bed, 6}, {"go no further", bed, 6}, {"turn* up even", bed, 5}, {"spare key", bed, 5}, {"nothing is ever forgotten", bed, 5}, {"a secret", bed, 4}, {"has promised", bed, 4}, {"have promised", bed, 4}, {"in her care", bed, 4}, {"in his care", bed, 4}, {"in their care", bed, 4},
	{"closest friends", bec, 5}, {"is worrying", bec, 4}, {"drop* everything", bec, 5}, {"hard day", bec, 5}, {"someone she loves", bec, 5}, {"someone he loves", bec, 5}, {"someone they love", bec, 5},
	{"legal aid", unc, 5}, {"cannot defend", unc, 5}, {"remote village", unc, 5}, {"as good a", unc, 4}, {"poor strangers", unc, 6}, {"worse than", unc, 4},
	{"keep such places wild", unn, 4}, {"paved over", unn, 5}, {"cleaner sky", unn, 5}, {"out of the river", unn, 4},
	{"hears that person out", unt, 6}, {"hear that person out", unt, 6}, {"hear* out", unt, 4}, {"foreign to", unt, 6}, {"their faith", unt, 2}, {"rather than wary", unt, 6}, {"there is room", unt, 5}, {"politics she rejects", unt, 4}, {"politics he rejects", unt, 4},
}
