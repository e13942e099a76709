const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter(Boolean));

/** Words that say nothing about the subject. They are not indexed. Apostrophes are already gone ("dont"). */
export const STOP_WORDS = words(`
  a about again also am an and any anybody anyone anything are as at be because been being but by came can come
  coming could did do does doing done else etc even every everything for from gave get gets getting give gives
  giving go goes going gone got had has have having he hed her here hers hes him his i id if ill im in into is it its
  ive just keep keeps kept know let lets like may maybe me might mine more most must my need needed needs no of one
  ones only or other our ours please pls put really right said same say says see seen seem seems shall she should so
  some somebody someone something still such sure tell than that thats the their theirs them then there theres
  these they theyre theyve thing things this those though to too told tried try trying u ur us use used using very
  want wanted wants was way we wed well went were weve what whats which while will with would yes yet you youd
  youll your youre yours youve ok okay actually already always ever now never possible reason explain
  happen happened happening happens wonder wondering today tomorrow yesterday
  hi hello hey thanks thank cheers dear regards good morning afternoon evening sorry
`);

/** Words that help to choose between articles ("how long", "where", "not") but do not make a subject on their own. */
export const WEAK_WORDS = words(`
  after before between cause different down during find first help how long longer look looking made make makes
  making many mean meaning means much new not off often old on out over own soon through under until up when
  whenever where wheres who whose why without work working works
  ago day days hour hours last minute minutes month months next recently since time week weeks year years
  two three four five six seven eight nine ten twelve
`);

/** Negated verbs, read as "not". */
export const NEGATIONS = words(`
  arent cannot cant couldnt didnt doesnt dont hadnt hasnt havent isnt shouldnt wasnt werent wont wouldnt aint never nothing
`);

/** The words of a greeting or of thanks; a message of these alone asks nothing. */
export const COURTESY_WORDS = words(`
  hi hello hey there good morning afternoon evening thanks thank you cheers very much so a lot ok okay great
  bye goodbye perfect dear team all everyone regards kind
`);
