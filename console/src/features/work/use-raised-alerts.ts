import type { Schemas } from '../../api/client'
import { useResults } from '../query/results'
import { raisedAlert, watchedFigures } from './alerts'

/** The watched figures of dashboards, their answers, and the alerts of those that were read. */
export function useRaisedAlerts(boards: Schemas['Dashboard'][], isAsked = true) {
  const figures = watchedFigures(boards)
  const answers = useResults(
    figures.map(({ rule }) => rule.sql),
    isAsked,
  )
  const raised = figures.flatMap((figure, place) => {
    const answer = answers[place]?.data
    return (answer && raisedAlert(figure, answer)) ?? []
  })
  return { figures, answers, raised }
}
