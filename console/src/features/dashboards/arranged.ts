import type { Schemas } from '../../api/client'
import { type PanelAsked, panelOf } from './board-draft'

type Kept = Pick<Schemas['KeptQuestionShown'], 'name' | 'width'>
type Panels = Schemas['BoardArranged']['panels']

const panelsOf = (questions: readonly Kept[]): Panels =>
  questions.map(({ name, width = '' }) => ({ name, width }))

/** The panels of a dashboard with one of them so many places earlier (below zero) or later, at most at an end. */
export function movedBy(questions: readonly Kept[], place: number, by: number): Panels {
  const panels = panelsOf(questions)
  const to = Math.max(0, Math.min(panels.length - 1, place + by))
  return panels.toSpliced(place, 1).toSpliced(to, 0, ...panels.slice(place, place + 1))
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
