package simulated

// Words by which a value is recognised. A stem stands for every word that
// begins with it, =word for that word alone; the longest stem that fits a word
// counts. ! weighs 4, no mark 2, ~ weighs 1. They come from what the values
// mean, not from any questionnaire.
var stems = [valueCount]string{
	sdt: `!creativ !original !imagin !curio !idea !ideas !opinion !invent !intellect
		!insight !inventive think thinking thought understand figur learn knowledg reason reflect judg judgment
		~interest philosoph conclusion ~read ~writ book puzzle journal question viewpoint ponder explore`,
	sda: `!independen !freedom !=free !freely !autonom !self-relian !liberty !self-determin choos choice decid decision
		~plan ~act acts =rely unconstrain restrict steer unaided unassisted =unhindered permission ~himself ~herself ~themself ~themselves`,
	st: `!excit !adventur !novel !=risks !thrill !surpris !stimulat !daring !=risky !unpredictab !eventful variet
		~new =challenges unfamiliar ~experienc spontan travel unknown hiking bicycle ~chang unusual ~different competitions bored boredom`,
	he: `!pleasur !enjoy !=fun !indulg !delight !pamper !savour !savor !treat !amus !hedon party parties
		relax ~comfort tast holiday beach drinks picnic bbq pubs televis music laugh bingo leisure delic nice sensual`,
	ac: `!ambiti !success !succeed !achiev !accomplish !competen !excel !goal !aspir !outperform capab career perform
		compet =win winning skill talent best profession aim admir expert effort hardwork result impress prais`,
	pod: `!dominat !domina !command !authorit !dominan !=boss !subordinat influential lead leader control charge
		power powerful obey =orders ~higher administ instruct govern rule-over `,
	por: `!money !wealth !rich !riches !possess !expensiv !luxur !material !asset !fortune financ propert afford income
		buy bank costly affluen ~power business goods own-things collect status`,
	fac: `!image !reput !sham !humiliat !embarrass !disgrac !=face !prestig !foolish !ridicul !disrespect dignity appear
		criticis criticiz mock belittl insult stand-in judged public regard hairdresser`,
	sep: `!danger !unsafe !personally !healthy secur safe safety !health ill illness sick injur accident risk careful cautio caution
		harm precaut hazard peril surround neighbourhood neighborhood protected =clean`,
	ses: `!nation !national !country !countr !stabil !=stable !government !homeland !military !instabil !chaos !unrest societ threat
		enem defend order citizen =state police army safe secur borders newspaper`,
	tr: `!tradition !custom !religi !heritag !ritual !ceremon !ancest !faith !church !mosque !synagog !temple !pray !cultural
		belief generation handed inherit history folk pass passed old-ways forebear ~family ~practic cultur`,
	cor: `!=rule !rules !=law !laws !lawful !regulat !obey !obedien !complian !comply !=abide !=abides !abid norm norms permitted allowed
		formal prescrib police strict disciplin breaking watching ~follow clerical`,
	coi: `!upset !annoy !offend !irritat !polit !tact !courte !disturb !bother !antagon !provok !tactful angry anger
		quarrel =conflict conflicts friction considerate harmon ~please smooth displeas hurt rude`,
	hum: `!humbl !modest !boast !brag !spotlight !unassum !humility !self-effac !bragging attention satisf content credit ordinary
		recogni fame applause fuss quiet showing background =low simple`,
	bed: `!dependab !trustworth !reliab !loyal !faithful !devoted !promis trust depend friend friends honest =count word relied
		betray let-down companion keeps steadfast`,
	bec: `!caring !loved !nurtur !welfare !wellbeing !well-being !dear !support !babysit !childcare care cares help helping helps close closest
		need needs ~kind warm compassion ~family parent children pets assist others tend`,
	unc: `!justice !=just !equal !vulnerab !weak !weaker !fair !oppress !poor !disadvantag !injust !unjust !unfair !inequal !charit !unequal rights
		everyone everybody society discriminat volunteer humanit underprivileg minorit defend powerless world mistreat treated deserv`,
	unn: `!nature !environment !pollut !planet !ecolog !animal !wildlife !species !natural !climate plant forest garden
		park earth flower rivers river ocean recycl landscape outdoor destruction conserv countryside`,
	unt: `!toleran !open-mind !accept !acceptan !divers !strangers !prejudic !disagre different differ listen unlike foreign perspectiv
		viewpoints respect cultures lifestyle convictions backgrounds`,
}

// phrase is several words that mean more together than apart: it adds weight
// to a value and takes the words' own weight away from others.
type phrase struct {
	words  string // as normalised by words(): lower case, single spaces
	value  int
	weight int8
}

// phrases are looked for as whole words, a trailing * for any ending.
var phrases = []phrase{
	{"own opinion*", sdt, 4}, {"own idea*", sdt, 4}, {"own view*", sdt, 4}, {"own mind*", sdt, 3}, {"own conclusion*", sdt, 4}, {"new idea*", sdt, 4}, {"new thing* to learn", sdt, 3}, {"thinking for", sdt, 4},
	{"own decision*", sda, 5}, {"own choice*", sda, 5}, {"own plan*", sda, 4}, {"own way", sda, 4}, {"own life", sda, 4}, {"own action*", sda, 4}, {"free to", sda, 4}, {"without asking", sda, 3}, {"without being told", sda, 4}, {"do everything independently", sda, 3}, {"rather than", sda, 0},
	{"new experience*", st, 5}, {"new thing*", st, 4}, {"try new", st, 4}, {"new activit*", st, 4}, {"take* risk*", st, 5}, {"taking risk*", st, 5},
	{"good time*", he, 5}, {"life's pleasure*", he, 3}, {"have fun", he, 3}, {"enjoying life", he, 3}, {"feel* good", he, 3}, {"feels nice", he, 3},
	{"get ahead", ac, 4}, {"high standard*", ac, 4}, {"do well", ac, 3}, {"recognition for", ac, 3}, {"what they have achieved", ac, 4},
	{"what to do", pod, 5}, {"in charge", pod, 5}, {"other* obey", pod, 6}, {"other* to obey", pod, 6}, {"people to obey", pod, 6}, {"others do", pod, 5}, {"other people do", pod, 5}, {"people do", pod, 5}, {"power over", pod, 5}, {"control over other*", pod, 5}, {"control over people", pod, 5}, {"get* others", pod, 4}, {"give* orders", pod, 5}, {"giving orders", pod, 5}, {"tell* other*", pod, 4}, {"tell* people", pod, 4}, {"what they say", pod, 3}, {"what he says", pod, 3}, {"what she says", pod, 3},
	{"money and", por, 3}, {"money bring*", por, 4}, {"money can", por, 4}, {"own* expensive", por, 4},
	{"public image", fac, 5}, {"lose* face", fac, 5}, {"losing face", fac, 5}, {"look* bad", fac, 4}, {"what others think", fac, 5}, {"what other people think", fac, 5}, {"think well of", fac, 5}, {"think badly", fac, 5}, {"good name", fac, 5}, {"looking foolish", fac, 4}, {"in the eyes of", fac, 5}, {"treated with respect", fac, 6}, {"made fun of", fac, 6},
	{"personal* safe*", sep, 5}, {"personal* secur*", sep, 5}, {"avoid* risk*", sep, 6}, {"avoid* danger*", sep, 4}, {"avoid* anything", sep, 3}, {"stay* healthy", sep, 4}, {"own safety", sep, 6}, {"own security", sep, 6}, {"secure surrounding*", sep, 5}, {"safe place*", sep, 4}, {"get* sick", sep, 4}, {"keep* safe", sep, 4},
	{"social order", ses, 6}, {"stable society", ses, 6}, {"safe and stable", ses, 5}, {"strong state", ses, 5}, {"public order", ses, 6}, {"order and stability", ses, 5}, {"society stable", ses, 5}, {"law and order", ses, 6},
	{"handed down", tr, 5}, {"family practice*", tr, 5}, {"family's", tr, 3}, {"religious or family", tr, 4}, {"customs of", tr, 4}, {"own culture", tr, 5}, {"religious book", tr, 6}, {"local history", tr, 5}, {"family history", tr, 5},
	{"even when no*", cor, 5}, {"even if no*", cor, 5}, {"no one is", cor, 4}, {"nobody is", cor, 4}, {"do what they are told", cor, 5}, {"doing as told", cor, 5}, {"supposed to", cor, 4}, {"follow* rules", cor, 5}, {"follow* the rules", cor, 5},
	{"not upset*", coi, 3}, {"never upset*", coi, 3}, {"other* angry", coi, 5}, {"make* anyone", coi, 3}, {"others' feelings", coi, 4}, {"people's feelings", coi, 4}, {"on anyone's nerves", coi, 6}, {"on other people's nerves", coi, 6},
	{"public recognition", hum, 6}, {"draw* attention", hum, 6}, {"drawing attention", hum, 6}, {"center of attention", hum, 6}, {"centre of attention", hum, 6}, {"what they have", hum, 3}, {"what he has", hum, 3}, {"what she has", hum, 3}, {"ask for more", hum, 5}, {"better than other*", hum, 5}, {"more important than", hum, 5}, {"taking credit", hum, 4},
	{"count on", bed, 5}, {"rely on them", bed, 6}, {"rely on him", bed, 6}, {"rely on her", bed, 6}, {"depend on them", bed, 6}, {"depend on him", bed, 6}, {"depend on her", bed, 6}, {"keep* promise*", bed, 4}, {"keep* their word", bed, 5}, {"keep* his word", bed, 5}, {"keep* her word", bed, 5}, {"fully trust", bed, 4}, {"friends and family", bed, 1}, {"let* down", bed, 5}, {"letting down", bed, 5},
	{"people close", bec, 5}, {"close to", bec, 4}, {"those close", bec, 5}, {"are close", bec, 4}, {"dear to", bec, 5}, {"near to", bec, 4}, {"loved ones", bec, 4}, {"care of", bec, 3}, {"caring for", bec, 2}, {"every need", bec, 5},
	{"everyone in the world", unc, 5}, {"equal opportunit*", unc, 5}, {"weak and", unc, 3}, {"treated justly", unc, 6}, {"treated equally", unc, 6}, {"treated fairly", unc, 6}, {"same chance*", unc, 5}, {"less well off", unc, 5}, {"speak for", unc, 3}, {"stand up for", unc, 3},
	{"natural environment", unn, 4}, {"natural world", unn, 4}, {"from pollution", unn, 4}, {"watching nature", unn, 4}, {"of animals", unn, 9},
	{"different from", unt, 4}, {"who differ", unt, 5}, {"even when they disagree", unt, 6}, {"open minded", unt, 6}, {"point* of view", unt, 4}, {"all kinds of people", unt, 6}, {"different people", unt, 4}, {"other ways of", unt, 4}, {"unlike them*", unt, 4}, {"unlike him*", unt, 4}, {"unlike her*", unt, 4}, {"understand people", unt, 5}, {"other groups", unt, 5}, {"different groups", unt, 5},
}

// fillers carry neither meaning nor identity: items that differ only in these
// (the female, male and neutral forms) are one item.
const fillers = ` he she they him her them his hers their theirs it its i me my we you your one
	a an the and or of to in on at for with by as that this is are be been being was were am
	has have had do does did s very really important importance person people somebody someone
	himself herself themself themselves myself yourself who when which would can could will `
