/** States whose own name a person outside the lake's team would have to ask about. */
const WORDS: Readonly<Record<string, string>> = {
  degraded: 'needs a look',
  healthy: 'in order',
  unknown: 'not known yet',
  needs_mapping: 'needs columns',
  skipped_duplicate: 'sent before',
  profiled: 'no dataset yet',
  reverted: 'undone',
  processing: 'being checked',
  handed_over: 'being checked',
  replaying: 'being checked again',
}

/** A state of a file, a run or a check, in words. */
export const stateWords = (state: string): string => WORDS[state] ?? state.replaceAll('_', ' ')
