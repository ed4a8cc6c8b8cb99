import type { Schemas } from '../../api/client'
import { type PanelAsked, panelOf } from './board-draft'

type Kept = Pick<Schemas['KeptQuestionShown'], 'name' | 'width'>
type Panels = Schemas['BoardArranged']['panels']

const panelsOf = (questions: readonly Kept[]): Panels =>
  questions.map(({ name, width = '' }) => ({ name, width }))

/** The panels of a dashboard with one of them a place earlier (-1) or later (1); the same at an end. */
export function movedBy(questions: readonly Kept[], place: number, by: -1 | 1): Panels {
  const panels = panelsOf(questions)
  const to = place + by
  const [panel, other] = [panels[place], panels[to]]
  return panel && other ? panels.with(place, other).with(to, panel) : panels
}

/** The panels with one of them in another width. */
export const widened = (questions: readonly Kept[], place: number, width: 'half' | 'full'): Panels =>
  panelsOf(questions).map((panel, at) => (at === place ? { ...panel, width } : panel))

/** Whether a panel has the whole width of a dashboard with that many panels. */
export const isFull = ({ width }: Pick<Kept, 'width'>, panels: number): boolean =>
  width ? width === 'full' : panels === 1

/** The questions of an own dashboard as panels for everybody, each as wide as it is there. */
export const publishedPanels = (
  questions: readonly (Parameters<typeof panelOf>[0] & Pick<Kept, 'width'>)[],
): PanelAsked[] =>
  questions.map((question) =>
    panelOf({ ...question, width: isFull(question, questions.length) ? 'full' : 'half' }),
  )
