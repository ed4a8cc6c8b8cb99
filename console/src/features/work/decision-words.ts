import type { Schemas } from '../../api/client'
import { label } from '../../formats/words'
import { ACKNOWLEDGE } from './alerts'
import { ASSIGN, REOPEN, UNASSIGN } from './queue-state'

/** What was done, where the name of the action is a command. */
const DONE: Readonly<Record<string, string>> = {
  [ACKNOWLEDGE]: 'acknowledged',
  [REOPEN]: 'opened again',
  [UNASSIGN]: 'assigned to nobody',
}

/** An action as the state in which it leaves an item. */
export const stateOf = (action: string): string => DONE[action] ?? label(action)

/** An action that was taken: as a state where its name is a command, else as its button says. */
export const doneWords = (action: string, button: string): string => DONE[action] ?? button

/** A decision in the words of an item's history. */
export const decisionWords = ({ action, assignee }: Schemas['Decision']): string =>
  action === ASSIGN ? `assigned to ${assignee}` : stateOf(action)
