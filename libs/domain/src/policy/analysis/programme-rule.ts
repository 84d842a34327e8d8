import { rule } from './rule-kind.ts';

export const PROGRAMME_RULES = {
  'programme-never-grants': rule(
    'error',
    'Nobody can ever be given the programme.',
    'Look for parts of who and need that contradict each other.',
  ),
  'programme-revoked-at-once': rule(
    'error',
    'Whoever may have the programme meets revokeWhen or clawBackWhen at the same time.',
    'Leave room between who and revokeWhen.',
  ),
  'revoke-spares-tierless': rule(
    'warning',
    'Who has no tier any more keeps the grant: `not` leaves what is not assessed as it is.',
    'Write notAssessed: fails beside tierAtLeast if it loses the grant, and notAssessed: holds if it keeps it.',
  ),
  'size-unreachable': rule(
    'error',
    'The smallest grant is more than what the size follows can ever give.',
    'Lower minimum, or raise the multiple or the edges.',
  ),
  'account-closed': rule(
    'warning',
    'The account, or one around it, has a total of 0: nothing is granted.',
    'Give the account a total when it is to open.',
  ),
  'stage-unaffordable': rule(
    'error',
    'The grant with this stage is more than the account ever has.',
    'Make the stage smaller or the account larger.',
  ),
  'stage-too-late': rule(
    'error',
    'The stage can begin only when the grant is over.',
    'Shorten after, or lengthen duration.',
  ),
  'train-first-barred': rule(
    'error',
    'Who did the course may not have the programme.',
    'Ask in who for the training, not for its absence.',
  ),
  'programme-circle': rule(
    'warning',
    'Programmes wait for each other’s courses.',
    'Let one of them do without the course, or give it elsewhere.',
  ),
  'openings-unused': rule(
    'note',
    'What a merchant may have in all is used up before the openings are.',
    'Lower openings or raise perMerchant, whichever is not meant.',
  ),
  'shrink-no-effect': rule(
    'note',
    'A grant of fixed size never shrinks.',
    'Leave shrinkBelow out, or let the size follow something.',
  ),
  'comply-beyond-duration': rule(
    'warning',
    'The time to make good is longer than the grant runs, so that revokeWhen never ends it.',
    'Shorten comply.',
  ),
  'renew-endless': rule(
    'warning',
    'Renewed as often as it may be, a grant runs for more than ten years.',
    'Lower times; a new opening is decided on afresh.',
  ),
  'rewards-fall': rule(
    'warning',
    'A higher tier is given less than a lower one.',
    'Make the size of the higher tier at least that of the lower.',
  ),
  'good-metric-capped': rule(
    'warning',
    'Who does better than this line loses the programme and nothing takes its place.',
    'Lift the bound, or add a programme of the same kind for those above it.',
  ),
  'better-tier-gets-nothing': rule(
    'warning',
    'The highest tier is shut out, and no programme of the same kind is open to it.',
    'Lift the bound, or add a programme for the highest tier.',
  ),
  'exclusive-alone': rule(
    'warning',
    'The programme is the only one of its exclusive set.',
    'Name the set as the others do, or leave exclusive out.',
  ),
  'exclusive-shadowed': rule(
    'warning',
    'Whoever may have it may also have an earlier one of the set, which goes first.',
    'Put the narrower programme first.',
  ),
} as const;
