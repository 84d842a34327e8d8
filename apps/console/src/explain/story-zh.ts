import type { StepWords, StoryPhrases } from './story-phrases.ts';

export const CHINESE_STORY: StoryPhrases = {
  and: '；',
  sentences: {
    withheld: ({ programme, why }) => `暂不发放“${programme}”：${why}。`,
    offered: ({ programme, why, until }) => `“${programme}”待完成培训后发放${by(until)}：${why}。`,
    trained: ({ programme, courses }) => `已完成“${programme}”所需的培训“${courses}”。`,
    'training-missed': ({ programme, why }) => `“${programme}”的邀请已失效：${why}。`,
    queued: ({ programme, why, until }) => `“${programme}”等待预算${by(until)}：${why}。`,
    probed: (words) => `首次试探性扶持：${given(words)}。`,
    boosted: (words) => `流量扶持：${given(words)}${words.why === '' ? '' : `；${words.why}`}。`,
    given: (words) => `发放权益：${given(words)}。`,
    limited: ({ programme, benefit, until }) => `“${programme}”施加限制：${benefit}${by(until)}。`,
    advanced: ({ programme, stage, size, sizeBefore }) =>
      `“${programme}”进入阶段“${stage}”：额度由 ${sizeBefore} 变为 ${size}。`,
    'stage-missed': ({ programme, why }) => `“${programme}”保持不变：${why}。`,
    saturated: ({ headroom, why }) =>
      `承接能力已饱和${headroom === null ? '' : `（每天余量 ${headroom} 单）`}：${why}。`,
    shrunk: ({ programme, size, sizeBefore }) => `“${programme}”的额度由 ${sizeBefore} 缩减为 ${size}。`,
    recovered: ({ programme, size, sizeBefore }) =>
      `承接能力恢复，“${programme}”的额度由 ${sizeBefore} 回升至 ${size}。`,
    grown: ({ programme, size, sizeBefore }) => `“${programme}”的额度由 ${sizeBefore} 扩大至 ${size}。`,
    paced: ({ programme, times, why }) => `“${programme}”的权重现为 × ${times}：${why}。`,
    renewed: ({ programme, size, until }) => `“${programme}”续期，额度 ${size}${by(until)}。`,
    warned: ({ programme, why, until }) => `“${programme}”限期整改${by(until)}，否则收回：${why}。`,
    cleared: ({ programme }) => `“${programme}”已整改完成，警告解除。`,
    revoked: ({ programme, why }) => `已收回“${programme}”：${why}。`,
    'clawed-back': ({ programme, why }) => `“${programme}”因欺诈终止并追回：${why}。`,
    expired: ({ programme }) => `“${programme}”到期结束。`,
    'used-up': ({ programme, why }) => `“${programme}”结束：${why}。`,
    settled: ({ programme, left }) => `“${programme}”已结清，${left} 退回预算。`,
    'usage-refused': ({ why }) => `所报告的用量未计入：${why}。`,
    corrected: ({ programme }) => `“${programme}”的一项决定已更正。`,
  },
};

function given({ programme, benefit, size, until }: StepWords): string {
  return `“${programme}”，${size === 0 ? benefit : `额度 ${size}，${benefit}`}${by(until)}`;
}

function by(until: string | null): string {
  return until === null ? '' : `（至 ${until}）`;
}
