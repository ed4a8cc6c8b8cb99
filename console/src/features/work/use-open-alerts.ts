import { useDashboards } from '../dashboards/queries'
import { ALERTS, openAlerts } from './alerts'
import { useDecisions } from './queries'
import { useRaisedAlerts } from './use-raised-alerts'

const NO_BOARDS: never[] = []

/** The rules of the figures above their limits that nobody has acknowledged; undefined until all were read. */
export function useOpenAlerts(): string[] | undefined {
  const boards = useDashboards()
  const { answers, raised } = useRaisedAlerts(boards.data?.dashboards ?? NO_BOARDS)
  const decisions = useDecisions(ALERTS)
  const isRead = [boards, decisions, ...answers].every(({ data, error }) => Boolean(data) || Boolean(error))
  if (!isRead) return undefined
  return openAlerts(raised, decisions.data?.decisions ?? []).map(({ rule }) => rule.name)
}
