import { whyNoFigure } from '../query/figures-of'
import { useResults } from '../query/results'
import type { PanelAsked } from './board-draft'

/** Why each panel that is to be one figure is none, by its answer of today; empty for all others, and while it is read. */
export function useRefusedFigures(panels: PanelAsked[]): string[] {
  const answers = useResults(panels.map(({ kind, sql }) => (kind === 'kpi' ? sql : '')))
  return panels.map(({ kind }, place) => {
    const answer = answers[place]?.data
    // Rows that are not there today may be there tomorrow.
    return kind === 'kpi' && answer && answer.rows.length > 0 ? whyNoFigure(answer) : ''
  })
}
