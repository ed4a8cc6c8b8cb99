import { Anchor, Stack } from '@mantine/core'
import { Link, useParams } from 'react-router'

import type { Schemas } from '../../api/client'
import { useDashboards } from './queries'
import { NothingHere } from '../../components/nothing-here'
import { PageTitle } from '../../components/panel'
import { Answered, Empty } from '../../components/states'
import { Tabs } from '../../components/tabs'
import { useKeptQuestions } from '../query/saved-questions'
import { Board } from './board'
import { OWN_BOARD } from './board-draft'
import { OwnBoard } from './own-board'
import { WrittenBoard } from './written-board'

export function DashboardPage() {
  const { system } = useParams()
  const boards = useDashboards()
  return (
    <>
      {boards.data ? null : <PageTitle>Dashboards</PageTitle>}
      <Answered of={boards} what="the dashboards">
        {({ dashboards }) => {
          const board =
            dashboards.find((one) => one.system === system) ?? (system ? undefined : dashboards[0])
          return (
            <Stack gap="md">
              <Boards boards={dashboards} shown={board} isOwn={system === OWN_BOARD} />
              {system === OWN_BOARD ? (
                <OwnBoard />
              ) : board?.written_by ? (
                <WrittenBoard board={board} key={board.system} />
              ) : board ? (
                <Board board={board} key={board.system} />
              ) : (
                <NoBoard system={system} />
              )}
            </Stack>
          )
        }}
      </Answered>
    </>
  )
}

function Boards({
  boards,
  shown,
  isOwn,
}: {
  boards: Schemas['Dashboard'][]
  shown: Schemas['Dashboard'] | undefined
  isOwn: boolean
}) {
  const hasOwn = useKeptQuestions().questions.some((one) => one.is_pinned)
  if (boards.length === 0 && !hasOwn && !isOwn) return null
  return (
    <Tabs label="Dashboards">
      {boards.map((one) => (
        <Link
          key={one.system}
          to={`/dashboards/${one.system}`}
          className="nav-link"
          aria-current={one === shown ? 'page' : undefined}
        >
          {one.title}
        </Link>
      ))}
      {hasOwn || isOwn ? (
        <Link to={`/dashboards/${OWN_BOARD}`} className="nav-link" aria-current={isOwn ? 'page' : undefined}>
          My dashboard
        </Link>
      ) : null}
    </Tabs>
  )
}

function NoBoard({ system }: { system: string | undefined }) {
  return (
    <>
      <PageTitle>Dashboards</PageTitle>
      {system ? <NothingHere what="dashboard" name={system} /> : null}
      <Empty>
        {system ? '' : 'This lake has no dashboards. '}
        <Anchor href="#/query">Ask its tables on the page Query</Anchor>, where an answer can be shown as a
        chart, or find them in the <Anchor href="#/catalog">catalog</Anchor>. Questions that you save there
        make a dashboard of your own.
      </Empty>
    </>
  )
}
