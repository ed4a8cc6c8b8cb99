import { Button, Group, Stack, Text } from '@mantine/core'
import { type Dispatch, type SetStateAction, useState } from 'react'

import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { useTitles, useTypes } from '../../formats/columns'
import { useContract } from '../catalog/queries'
import { useCorrections, useRejectedRows, useRowsOfGroups } from './queries'
import { useMay } from '../../api/queries'
import { MoreButton } from '../../components/more-button'
import { Panel } from '../../components/panel'
import { Answered, Failed } from '../../components/states'
import { RejectedRowsEditor } from './rejected-rows'
import {
  type Corrections,
  groupKey,
  mistypedCells,
  mistypedWords,
  ofWaitingGroups,
  ofWaitingRows,
  type GroupValues,
  type RejectionGroup,
  rejectionGroups,
  sentRows,
  withOthers,
} from './rejection-groups'
import { sentForm } from './sent-form'
import { SentOutcome } from './sent-outcome'
import { useRefusedValues } from './use-refused-values'
import { refusedWords, waitingWords } from './waiting-words'
import { WhoMayCorrect } from './who-may-correct'

interface Props {
  file: Schemas['FileDetail']
  corrections: Corrections
  setCorrections: Dispatch<SetStateAction<Corrections>>
}

/** The rows of a file that the gate did not accept, with their reasons, to be corrected. */
export function Rejected({ file, corrections, setCorrections }: Props) {
  const rejected = useRejectedRows(file.file_id, '', true)
  const correct = useCorrections(file.file_id)
  const may = useMay('uploader')
  const isReplaced = file.closed_by !== ''
  const contract = useContract('source', file.dataset)
  const [asked, setAsked] = useState<RejectionGroup[]>([])
  const [groupValues, setGroupValues] = useState<GroupValues>(new Map())
  const others = useRowsOfGroups(file.file_id, asked)
  const rows = withOthers(rejected.data?.pages.flatMap((page) => page.rows) ?? [], others)
  const titleOf = useTitles(file.dataset)
  const groups = rejectionGroups(rows, rejected.data?.pages[0]?.groups ?? [], titleOf, useTypes(file.dataset))
  const remember = useRefusedValues(rows, setCorrections)
  const typed = ofWaitingRows(corrections, groups)
  const values = ofWaitingGroups(groupValues, groups)
  const sent = sentRows(typed, values, groups)
  const mistyped = mistypedWords(mistypedCells(typed, contract.data?.column_list ?? []), rows, titleOf)
  const ask = (group: RejectionGroup) =>
    setAsked((before) =>
      before.some((one) => groupKey(one) === groupKey(group)) ? before : [...before, group],
    )
  return (
    <Panel title={isReplaced ? refusedWords(file) : waitingWords(file, rows)} name="Quarantine">
      <Answered of={rejected} what="the rows in quarantine">
        {(found) => (
          <Stack gap="xs">
            <RejectedRowsEditor
              fileId={file.file_id}
              form={sentForm(file)}
              groups={groups}
              groupValues={groupValues}
              onValues={setGroupValues}
              fields={contract.data?.column_list ?? []}
              keyColumns={found.pages[0]?.key ?? []}
              titleOf={titleOf}
              spellings={file.edited_before?.formats ?? {}}
              corrections={corrections}
              mayCorrect={may && !isReplaced}
              onChange={setCorrections}
              onAsk={ask}
            />
            <MoreButton pages={rejected}>Show more rows</MoreButton>
            {correct.error ? <Failed error={correct.error} what="The corrections" isAction /> : null}
            {isReplaced ? null : may ? (
              sent > 0 || correct.data ? (
                <Group className="import-commit">
                  {correct.data ? <SentOutcome sent={correct.data} rows={rows} /> : null}
                  {sent > 0 ? (
                    <Button
                      loading={correct.isPending}
                      disabled={mistyped !== ''}
                      onClick={() =>
                        correct.mutate(
                          {
                            rows: [...typed].map(([source_row, cells]) => ({ source_row, values: cells })),
                            groups: [...values.values()],
                          },
                          {
                            onSuccess: ({ file_id }) => {
                              remember(file_id, typed)
                              setCorrections(new Map())
                              setGroupValues(new Map())
                            },
                          },
                        )
                      }
                    >
                      Send {count(sent, 'corrected row')}
                    </Button>
                  ) : null}
                  {mistyped ? <Text size="sm">{mistyped}</Text> : null}
                </Group>
              ) : null
            ) : (
              <WhoMayCorrect />
            )}
          </Stack>
        )}
      </Answered>
    </Panel>
  )
}
