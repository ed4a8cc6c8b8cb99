import { heading } from '../../formats/words'

/** The stages that every run has, by what they do for the data. */
const SHARED_STAGES: Readonly<Record<string, string>> = {
  queue: 'List of new files',
  merge: 'Merge of new rows',
  'quality gate': 'Check of all rows',
}

/** Whether a stage is a system, which can be built alone; every run works on the others. */
export const isSystemStage = (name: string): boolean => !(name in SHARED_STAGES)

/** A stage as people read it: `quality gate` is "Check of all rows", `own-models` is "Own models". */
export const stageName = (name: string): string =>
  SHARED_STAGES[name] ?? heading(name.replaceAll(/[- ]/g, '_'))
