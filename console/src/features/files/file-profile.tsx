import { Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { Panel } from '../../components/panel'
import { Answered } from '../../components/states'
import { titlesOf, useDescriptions, useKeys, useLabels, useUnits } from '../../formats/columns'
import { foreignWords, unitsOfFile } from '../import/currencies'
import { headline, insightsOf } from '../profile/column-insight'
import { ProfileView } from '../profile/profile-view'
import { useCounted } from './open-waiting-rows'
import { ofAcceptedRows } from './profile-of-accepted'
import { useProfile, useRejectedRows } from './queries'

/** What the accepted rows of a file hold, and how many values of each column are refused still. */
export function FileProfile({ file }: { file: Schemas['FileDetail'] }) {
  const profile = useProfile(file.file_id, true)
  const refused = useRejectedRows(file.file_id, '', file.state === 'done' && file.quarantined > 0)
  const corrected = useCounted(file).corrected
  const units = useUnits(file.dataset)
  const titles = useLabels(file.dataset)
  const descriptions = useDescriptions(file.dataset)
  const keys = useKeys(file.dataset)
  const isStored = file.state === 'done'
  const currencies = file.edited_before?.currencies ?? {}
  const rows = refused.data?.pages.flatMap((page) => page.rows) ?? []
  const columnsOf = (of: Schemas['FileProfile']): Schemas['ColumnProfile'][] =>
    file.state === 'done' ? ofAcceptedRows(of.columns, rows) : of.columns
  return (
    <Panel
      title={
        // The profile is of accepted rows; a file of no contract has none, and all are profiled.
        profile.data
          ? headline(
              file.accepted || profile.data.rows,
              insightsOf(columnsOf(profile.data), {}, '', titles, descriptions, {}, keys),
            )
          : 'Profile'
      }
      name="Profile"
    >
      <Answered of={profile} what="the profile">
        {(answer) => (
          <>
            {Object.keys(currencies).length > 0 ? (
              <Text size="sm">
                {Object.entries(currencies)
                  .map(([name, rows]) =>
                    foreignWords(titlesOf(titles)(name), rows, isStored ? units[name] : ''),
                  )
                  .join(' ')}
              </Text>
            ) : null}
            {corrected > 0 ? (
              <Text size="sm" className="muted">
                {count(corrected, 'row')} corrected since {corrected === 1 ? 'is' : 'are'} not part of it.
              </Text>
            ) : null}
            <ProfileView
              profile={{ ...answer, columns: columnsOf(answer) }}
              units={isStored ? units : unitsOfFile(units, currencies)}
              titles={titles}
              descriptions={descriptions}
              keys={keys}
            />
          </>
        )}
      </Answered>
    </Panel>
  )
}
