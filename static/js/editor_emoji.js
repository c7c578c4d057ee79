// A hundred common pictures, each with its words to search by: its name first, in English and in Chinese.

const ALL = `😀 grin happy|笑 开心
😂 joy laugh tears|笑哭 哈哈
🙂 smile|微笑
😉 wink|眨眼
😊 blush|害羞 开心
😍 love eyes|喜欢 爱心眼
😎 cool sunglasses|酷 墨镜
🤔 thinking hmm|思考 想
😅 sweat relief|汗 尴尬
😴 sleep tired|睡 困
😢 cry sad|哭 难过
😭 sob cry|大哭
😡 angry|生气 愤怒
😱 scream shock|惊恐 震惊
😕 confused|困惑 不解
😞 disappointed sad|失望
🙄 eyes roll|白眼 无语
🤯 mind blown|惊呆 爆炸
🤷 shrug|摊手 不知道
🤦 facepalm|捂脸 无奈
🙏 thanks please pray|谢谢 拜托
👍 thumbs up yes good|赞 好 同意
👎 thumbs down no bad|踩 不好
👏 clap bravo|鼓掌
🙌 hooray hands|欢呼 万岁
👌 ok fine|好的 没问题
✌️ victory peace|胜利 耶
🤝 handshake deal|握手 合作
💪 strong muscle|加油 强
👋 wave hello bye|你好 再见
👀 look eyes|看 围观
👉 right point|右 指
👇 down point|下面 指
☝️ up point|上面 注意
✍️ write|写
🫡 salute|敬礼 收到
❤️ heart love|爱心 红心
💔 broken heart|心碎
💯 hundred perfect|满分 一百
🎉 party celebrate|庆祝 撒花
🎁 gift|礼物
🌹 rose|玫瑰 花
🌟 star glow|星星 闪亮
⭐ star|星 收藏
🔥 fire hot|火 热门
✨ sparkles new|闪 新
💡 idea bulb|主意 灯泡
🚀 rocket fast launch|火箭 快 上线
🏆 trophy win|奖杯 冠军
🥇 gold medal first|金牌 第一
✅ check done solved|完成 解决 对
❌ cross wrong fail|错误 叉 失败
⚠️ warning careful|警告 注意
❓ question|问号 疑问
❗ exclamation important|感叹 重要
ℹ️ info|信息 说明
🚫 forbidden stop|禁止
🆘 sos help|求助 救命
🆕 new|新
🔴 red circle|红
🟡 yellow circle|黄
🟢 green circle|绿
🔵 blue circle|蓝
➡️ arrow right|右箭头
⬆️ arrow up|上箭头 升级
⬇️ arrow down|下箭头 下载
🔄 refresh again restart|刷新 重启 重试
🔙 back|返回
🐛 bug|虫 故障
🔧 wrench fix repair|扳手 修理
🔨 hammer build|锤子
⚙️ gear settings|设置 齿轮
🔌 plug power|插头 电源
🔋 battery|电池 电量
💻 laptop computer|电脑 笔记本
🖥️ desktop screen|显示器 台式机
📱 phone mobile|手机
⌚ watch|手表
🖨️ printer|打印机
🎧 headphones|耳机
📷 camera photo|相机 拍照
🖼️ picture image|图片
📶 signal wifi|信号 无线
📡 antenna satellite|天线 卫星
🌐 web internet globe|网络 互联网
🏠 home house|家 房子
🏢 office company|公司 办公室
🔒 lock private|锁 隐私
🔓 unlock open|解锁
🔑 key password|钥匙 密码
👤 person user account|用户 账号
👥 people team|团队 大家
📄 document file|文件 文档
📁 folder|文件夹
📎 attach paperclip|附件 回形针
📝 note memo|笔记 记录
📋 clipboard copy|剪贴板 复制
📅 calendar date|日历 日期
⏰ alarm clock time|闹钟 时间
⏳ wait hourglass|等待 沙漏
📧 mail email|邮件
💬 chat comment|聊天 评论
📢 announce news|公告 通知
🔔 bell notify|铃 提醒
🔍 search find|搜索 查找
🔗 link|链接
📊 chart report|图表 报表
📈 up growth|上升 增长
📉 fall decline|下降
💰 money price|钱 价格
💳 card pay|付款 银行卡
🧾 receipt invoice|发票 收据
📦 package parcel delivery|包裹 快递
🛒 cart buy shop|购物车 购买
🚚 truck shipping|发货 物流
☕ coffee break|咖啡 休息
🍵 tea|茶
🌧️ rain|下雨
☀️ sun|太阳 晴
🌙 moon night|月亮 晚上`.split("\n").map((line) => {
  const space = line.indexOf(" "), [english, chinese] = line.slice(space + 1).split("|");
  return { picture: line.slice(0, space), words: [...english.split(" "), ...chinese.split(" ")], english, chinese };
});

const isChinese = document.documentElement.lang.startsWith("zh");
const nameOf = ({ english, chinese }) => (isChinese ? chinese : english).split(" ")[0];

// Whose word begins so come first, then whose word holds it.
export function search(text) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return ALL;
  const begins = ALL.filter(({ words }) => words.some((word) => word.startsWith(wanted)));
  return [...begins, ...ALL.filter((each) => !begins.includes(each) && each.words.some((word) => word.includes(wanted)))];
}

export const options = (found) => found.map((each) => `<li role="option" data-insert="${each.picture}" data-alone="1"><span aria-hidden="true">${each.picture}</span> ${nameOf(each)}</li>`).join("");

export const pictureButtons = (found, onChoose) => found.map((each) => {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", textContent: each.picture, title: nameOf(each) });
  button.setAttribute("aria-label", nameOf(each));
  button.addEventListener("click", () => onChoose(each.picture));
  return button;
});
