import { Text } from '@mantine/core'
import { Link } from 'react-router'

import type { Schemas } from '../../api/client'
import { Moment } from '../../components/moment'
import { useUnits } from '../../formats/columns'
import { answerRows, filledParts } from '../../formats/template'
import { heading } from '../../formats/words'
import { soleKey } from '../catalog/belonging'
import { DatasetRowLink } from '../catalog/dataset-row-link'
import { useCatalog } from '../catalog/queries'
import { actionOf } from '../dashboards/panel-action'
import { useResult } from '../query/results'
import { newestOf } from './queue-state'

interface Props {
  board: Schemas['Dashboard']
  queue: Schemas['WorkQueue']
  /** Undefined until they were read. */
  decisions: Schemas['Decision'][] | undefined
}

/** The newest decision of a queue that is empty, and the page whose figures say when items come. */
export function Decided({ board, queue, decisions }: Props) {
  const newest = decisions && newestOf(decisions)
  // The figure of the queue says what a run decided by its rule.
  const panel = board.panels.find(({ kind, queue: name }) => kind === 'kpi' && name === queue.name)
  const counted = useResult(panel?.sql ?? '').data
  const units = useUnits(queue.table, panel?.units)
  const rule =
    panel && counted
      ? [actionOf(panel, counted), ...filledParts(panel.details, answerRows(counted), units)].join(' ')
      : ''
  const label = queue.actions.find(({ name }) => name === newest?.action)?.label ?? newest?.action
  return (
    <Text size="sm" data-testid="queue-decided">
      {newest ? (
        <>
          Decided last: <Item table={queue.table} id={newest.item_id} />, {label}, by {newest.decided_by},{' '}
          <Moment at={newest.decided_at} />.{' '}
        </>
      ) : decisions ? (
        'No decision stands here yet. '
      ) : null}
      {rule ? `${rule} ` : ''}The page <Link to={`/dashboards/${board.system}`}>{board.title}</Link> has the
      figures behind it, the table{' '}
      <Link to={`/tables/${board.system}/${queue.table}`}>{heading(queue.table)}</Link> every row.
    </Text>
  )
}

/** An item that the list no longer has, by the key of its table: "Customer 7". */
function Item({ table, id }: { table: string; id: string }) {
  const listed = useCatalog().data?.tables.find(({ name, system }) => name === table && system !== '')
  const key = listed && soleKey(listed)?.name
  return key ? (
    <>
      {heading(key)} <DatasetRowLink column={key} value={id} text={id} />
    </>
  ) : (
    id
  )
}
