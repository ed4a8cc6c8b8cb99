import { Button, Stack, Text } from '@mantine/core'
import { useState } from 'react'

import type { Schemas } from '../../api/client'
import { useMay } from '../../api/queries'
import { Moment } from '../../components/moment'
import { Answered, Failed } from '../../components/states'
import { useKeptQuestions } from '../query/saved-questions'
import { Board } from './board'
import { draftOf } from './board-draft'
import { BoardEditor } from './board-editor'
import { DeleteBoard } from './delete-board'
import { useBoardVersions, useUseVersion } from './written-boards'

/** A dashboard that somebody wrote in the console: who and when, and for operators its editor and its versions. */
export function WrittenBoard({
  board,
  onDeleted,
}: {
  board: Schemas['Dashboard']
  onDeleted: (mails: number) => void
}) {
  const may = useMay('operator')
  const [isEdited, setEdited] = useState(false)
  const { questions } = useKeptQuestions()
  return (
    <Stack gap="md">
      {isEdited ? (
        <BoardEditor
          start={draftOf(board)}
          system={board.system}
          questions={questions}
          onWritten={() => setEdited(false)}
          onCancel={() => setEdited(false)}
        />
      ) : null}
      <Board
        board={board}
        byline={
          <Text size="sm" className="muted">
            Written by {board.written_by}, <Moment at={board.written_at} />
          </Text>
        }
        actions={
          may && !isEdited ? (
            <>
              <Button size="compact-sm" variant="default" onClick={() => setEdited(true)}>
                Edit
              </Button>
              <DeleteBoard board={board} onDeleted={onDeleted} />
            </>
          ) : null
        }
      />
      {may ? <Versions /> : null}
    </Stack>
  )
}

/** The dashboards of a version, and the one whose deletion made it. */
export function versionWords({
  titles,
  deleted = [],
  written_at: at,
}: Pick<Schemas['DashboardVersion'], 'titles' | 'deleted' | 'written_at'>): string {
  const gone = deleted.filter((each) => each.deleted_at === at).map(({ title }) => `“${title}”`)
  return [titles.join(', ') || 'no dashboard', gone.length > 0 ? `${gone.join(', ')} deleted` : '']
    .filter(Boolean)
    .join('; ')
}

/** The versions of the written dashboards, each with the way back to it. */
export function Versions() {
  const versions = useBoardVersions()
  const again = useUseVersion()
  return (
    <details>
      <summary>Versions of the dashboards that people wrote</summary>
      {again.error ? <Failed error={again.error} what="The earlier version" isAction /> : null}
      <Answered of={versions} what="the versions">
        {(answer) => (
          <ul className="history" aria-label="Versions">
            {answer.versions.map((version) => (
              <li key={version.version}>
                <Text size="sm" span>
                  {versionWords(version)}
                </Text>{' '}
                <Text size="xs" span className="muted">
                  {version.written_by}, <Moment at={version.written_at} />
                  {version.in_use ? ', in use' : ''}
                </Text>
                {version.in_use ? null : (
                  <Button
                    size="compact-xs"
                    variant="subtle"
                    loading={again.isPending}
                    onClick={() => again.mutate(version.version)}
                  >
                    Use again
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Answered>
    </details>
  )
}
