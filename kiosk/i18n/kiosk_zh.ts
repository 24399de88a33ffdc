<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>AttractPage</name>
    <message>
        <source>Pay with a look</source>
        <translation>看一眼，就付款</translation>
    </message>
    <message>
        <source>Fill your cart, look at the camera, done. No card, no phone.</source>
        <translation>选好商品，看一下摄像头，就完成了。不用卡，也不用手机。</translation>
    </message>
    <message>
        <source>You enrol once, at the desk. The camera&apos;s pictures are never kept.</source>
        <translation>只需在服务台登记一次。摄像头画面绝不保存。</translation>
    </message>
    <message>
        <source>Touch to start</source>
        <translation>触摸屏幕开始</translation>
    </message>
</context>
<context>
    <name>CartPage</name>
    <message>
        <source>What would you like?</source>
        <translation>您想要什么？</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>搜索</translation>
    </message>
    <message>
        <source>Nothing on the shelf has these letters.</source>
        <translation>没有找到相关商品。</translation>
    </message>
    <message>
        <source>Show more</source>
        <translation>显示更多</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Type a few letters</source>
        <translation>请输入几个字母</translation>
    </message>
    <message>
        <source>Nothing in it yet. Touch a product to add it.</source>
        <translation>购物车是空的。点一下商品即可加入。</translation>
    </message>
    <message>
        <source>Pay</source>
        <translation>付款</translation>
    </message>
    <message>
        <source>Your cart</source>
        <translation>购物车</translation>
    </message>
    <message>
        <source>Enter a coupon</source>
        <translation>输入优惠券</translation>
    </message>
    <message>
        <source>Clear the cart</source>
        <translation>清空购物车</translation>
    </message>
    <message>
        <source>Leave and start over</source>
        <translation>退出并重新开始</translation>
    </message>
    <message>
        <source>Pay {amount}</source>
        <translation>付款 {amount}</translation>
    </message>
</context>
<context>
    <name>CodeSheet</name>
    <message>
        <source>Type the code on your coupon</source>
        <translation>请输入优惠券上的代码</translation>
    </message>
    <message>
        <source>Use the coupon</source>
        <translation>使用优惠券</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
</context>
<context>
    <name>ConfirmPage</name>
    <message>
        <source>Is this you?</source>
        <translation>是您本人吗？</translation>
    </message>
    <message>
        <source>No, that is not me</source>
        <translation>不，不是我</translation>
    </message>
    <message>
        <source>Hello, {name}</source>
        <translation>{name}，您好</translation>
    </message>
    <message>
        <source>Yes, pay {amount}</source>
        <translation>是的，支付 {amount}</translation>
    </message>
</context>
<context>
    <name>DisplaySheet</name>
    <message>
        <source>Text size</source>
        <translation>文字大小</translation>
    </message>
    <message>
        <source>Normal</source>
        <translation>标准</translation>
    </message>
    <message>
        <source>Large</source>
        <translation>大</translation>
    </message>
    <message>
        <source>Largest</source>
        <translation>最大</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>颜色</translation>
    </message>
    <message>
        <source>Calm</source>
        <translation>柔和</translation>
    </message>
    <message>
        <source>High contrast</source>
        <translation>高对比度</translation>
    </message>
    <message>
        <source>Sound</source>
        <translation>声音</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Soft</source>
        <translation>轻声</translation>
    </message>
    <message>
        <source>Loud</source>
        <translation>大声</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
</context>
<context>
    <name>FacePage</name>
    <message>
        <source>Cancel and keep my cart</source>
        <translation>取消，保留购物车</translation>
    </message>
    <message>
        <source>Phone number and PIN</source>
        <translation>手机号和 PIN 码</translation>
    </message>
    <message>
        <source>Step {now} of {total}</source>
        <translation>第 {now} 步，共 {total} 步</translation>
    </message>
    <message>
        <source>Getting ready</source>
        <translation>正在准备</translation>
    </message>
    <message>
        <source>Your mirror: {done} of {total} steps done</source>
        <translation>镜像画面：共 {total} 步，已完成 {done} 步</translation>
    </message>
    <message>
        <source>Good, just like that.</source>
        <translation>很好，就这样。</translation>
    </message>
</context>
<context>
    <name>Footer</name>
    <message>
        <source>DEMO</source>
        <translation>演示</translation>
    </message>
    <message>
        <source>All languages</source>
        <translation>所有语言</translation>
    </message>
    <message>
        <source>Lower the controls</source>
        <translation>降低按钮</translation>
    </message>
    <message>
        <source>Text and colours</source>
        <translation>文字和颜色</translation>
    </message>
    <message>
        <source>Call staff</source>
        <translation>呼叫店员</translation>
    </message>
</context>
<context>
    <name>Header</name>
    <message>
        <source>DEMO: no money moves</source>
        <translation>演示：不会实际扣款</translation>
    </message>
</context>
<context>
    <name>HelpPage</name>
    <message>
        <source>We are coming to you</source>
        <translation>店员马上就来</translation>
    </message>
    <message>
        <source>Our staff can take your payment another way, top up your balance, or enrol you.</source>
        <translation>店员可以用其他方式为您收款、为您充值或登记。</translation>
    </message>
    <message>
        <source>Back to where I was</source>
        <translation>回到刚才的页面</translation>
    </message>
    <message>
        <source>Your cart is kept: {items}, {amount}.</source>
        <translation>购物车已为您保留：{items}，{amount}。</translation>
    </message>
</context>
<context>
    <name>Keyboard</name>
    <message>
        <source>Delete a letter</source>
        <translation>删除一个字</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>LanguagePage</name>
    <message>
        <source>Choose your language</source>
        <translation>请选择语言</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
</context>
<context>
    <name>NoStaffSheet</name>
    <message>
        <source>There are no staff accounts yet</source>
        <translation>还没有店员账户</translation>
    </message>
    <message>
        <source>Without one nobody can open the settings or leave the kiosk here. Make one at the desk, and hold the shop&apos;s name again.</source>
        <translation>没有店员账户，就无法在这里打开设置或退出收银机。请在服务台创建账户，然后再次长按店名。</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
</context>
<context>
    <name>OrderLines</name>
    <message>
        <source>{price} each</source>
        <translation>单价 {price}</translation>
    </message>
    <message>
        <source>One more {name}</source>
        <translation>{name} 加一件</translation>
    </message>
    <message>
        <source>One {name} less</source>
        <translation>{name} 减一件</translation>
    </message>
    <message>
        <source>Take {name} out of the cart</source>
        <translation>将 {name} 移出购物车</translation>
    </message>
</context>
<context>
    <name>PadPage</name>
    <message>
        <source>OK</source>
        <translation>确定</translation>
    </message>
    <message>
        <source>Pay another way</source>
        <translation>其他付款方式</translation>
    </message>
    <message>
        <source>Call staff</source>
        <translation>呼叫店员</translation>
    </message>
    <message>
        <source>Delete a digit</source>
        <translation>删除一位</translation>
    </message>
    <message>
        <source>{count} digits typed</source>
        <translation>已输入 {count} 位</translation>
    </message>
    <message>
        <source>One moment please</source>
        <translation>请稍候</translation>
    </message>
    <message>
        <source>The last 4 digits of your phone number</source>
        <translation>手机号后四位</translation>
    </message>
    <message>
        <source>Your PIN</source>
        <translation>您的 PIN 码</translation>
    </message>
    <message>
        <source>Your phone number</source>
        <translation>您的手机号</translation>
    </message>
</context>
<context>
    <name>Page</name>
    <message>
        <source>1 item</source>
        <translation>1 件</translation>
    </message>
    <message>
        <source>{count} items</source>
        <translation>{count} 件</translation>
    </message>
</context>
<context>
    <name>PausedSheet</name>
    <message>
        <source>This till is closed</source>
        <translation>此收银机已停用</translation>
    </message>
    <message>
        <source>Please go to another one.</source>
        <translation>请使用其他收银机。</translation>
    </message>
    <message>
        <source>Staff</source>
        <translation>店员</translation>
    </message>
</context>
<context>
    <name>PayPage</name>
    <message>
        <source>How would you like to pay?</source>
        <translation>您想怎样付款？</translation>
    </message>
    <message>
        <source>Pay with my face</source>
        <translation>刷脸付款</translation>
    </message>
    <message>
        <source>Look at the camera and make a few small movements. No picture is kept.</source>
        <translation>看着摄像头，做几个小动作。不保存照片。</translation>
    </message>
    <message>
        <source>Phone number and PIN</source>
        <translation>手机号和 PIN 码</translation>
    </message>
    <message>
        <source>The number you enrolled with, and your PIN. No camera.</source>
        <translation>输入登记的手机号和 PIN 码。不使用摄像头。</translation>
    </message>
    <message>
        <source>Pay with our staff</source>
        <translation>请店员收款</translation>
    </message>
    <message>
        <source>We come to you. You can pay another way, or top up your balance.</source>
        <translation>店员会过来。您可以用其他方式付款，或为余额充值。</translation>
    </message>
    <message>
        <source>Back to the cart</source>
        <translation>返回购物车</translation>
    </message>
</context>
<context>
    <name>PayingPage</name>
    <message>
        <source>Paying</source>
        <translation>正在付款</translation>
    </message>
    <message>
        <source>{amount}, one moment please</source>
        <translation>{amount}，请稍候</translation>
    </message>
</context>
<context>
    <name>ReceiptPage</name>
    <message>
        <source>DEMO: no money was moved</source>
        <translation>演示：未实际扣款</translation>
    </message>
    <message>
        <source>Receipt</source>
        <translation>收据</translation>
    </message>
    <message>
        <source>Paid. Thank you!</source>
        <translation>付款成功，谢谢！</translation>
    </message>
    <message>
        <source>Photograph the code: it is your receipt, and proof of it.</source>
        <translation>请拍下二维码：它既是收据，也是付款凭证。</translation>
    </message>
    <message>
        <source>The receipt as a QR code</source>
        <translation>收据二维码</translation>
    </message>
    <message>
        <source>Print</source>
        <translation>打印收据</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>It was not printed. The code above is your receipt all the same.</source>
        <translation>未能打印。上面的二维码就是您的收据。</translation>
    </message>
    <message>
        <source>Entry {index}, receipt {id}</source>
        <translation>记录 {index}，收据 {id}</translation>
    </message>
</context>
<context>
    <name>Refusal</name>
    <message>
        <source>No face could be seen.</source>
        <translation>没有看到人脸。</translation>
    </message>
    <message>
        <source>Stand before the camera, look into it, and try again.</source>
        <translation>请站在摄像头前，看着它，再试一次。</translation>
    </message>
    <message>
        <source>More than one face was before the camera.</source>
        <translation>摄像头前不止一人。</translation>
    </message>
    <message>
        <source>Come to the till one at a time, and try again.</source>
        <translation>请一次一位，再试一次。</translation>
    </message>
    <message>
        <source>The face was too far away.</source>
        <translation>人脸离得太远。</translation>
    </message>
    <message>
        <source>Come nearer and try again.</source>
        <translation>请靠近一些，再试一次。</translation>
    </message>
    <message>
        <source>It was too dark to see the face.</source>
        <translation>光线太暗，看不清人脸。</translation>
    </message>
    <message>
        <source>Turn towards the light and try again.</source>
        <translation>请面向光亮处，再试一次。</translation>
    </message>
    <message>
        <source>The light was too bright.</source>
        <translation>光线太强。</translation>
    </message>
    <message>
        <source>Turn away from the light and try again.</source>
        <translation>请避开强光，再试一次。</translation>
    </message>
    <message>
        <source>The picture was blurred.</source>
        <translation>画面模糊。</translation>
    </message>
    <message>
        <source>Hold still for a moment and try again.</source>
        <translation>请保持不动，再试一次。</translation>
    </message>
    <message>
        <source>The face did not move as a living one does.</source>
        <translation>未检测到真人的动作。</translation>
    </message>
    <message>
        <source>Pay in person: pictures and recordings are not taken.</source>
        <translation>请本人付款：照片和录像不予受理。</translation>
    </message>
    <message>
        <source>The face looked like a picture or a screen.</source>
        <translation>人脸看起来像照片或屏幕。</translation>
    </message>
    <message>
        <source>Pay in person, without anything before your face, or ask the staff.</source>
        <translation>请本人付款，不要遮挡面部，或咨询店员。</translation>
    </message>
    <message>
        <source>The face moved as a flat picture does.</source>
        <translation>人脸的移动像平面照片。</translation>
    </message>
    <message>
        <source>The same moments were shown again.</source>
        <translation>出现了重复的画面。</translation>
    </message>
    <message>
        <source>The camera gave too few pictures a second to follow a movement.</source>
        <translation>摄像头画面太慢，无法识别动作。</translation>
    </message>
    <message>
        <source>Call the staff, who see more in `facetill doctor`, or pay another way.</source>
        <translation>请呼叫店员（可用 `facetill doctor` 查看），或用其他方式付款。</translation>
    </message>
    <message>
        <source>The screen&apos;s light was not seen on the face.</source>
        <translation>未在脸上看到屏幕的光。</translation>
    </message>
    <message>
        <source>Come nearer, away from bright light, and try again.</source>
        <translation>请避开强光，靠近一些，再试一次。</translation>
    </message>
    <message>
        <source>The asked movement was not seen in time.</source>
        <translation>未在规定时间内看到所要求的动作。</translation>
    </message>
    <message>
        <source>Try again, and do what the screen asks within a few seconds.</source>
        <translation>请再试一次，在几秒内按屏幕提示做。</translation>
    </message>
    <message>
        <source>Another movement was seen than the one that was asked.</source>
        <translation>看到的动作与要求不符。</translation>
    </message>
    <message>
        <source>Try again, and do only what the screen asks.</source>
        <translation>请再试一次，只按屏幕提示做。</translation>
    </message>
    <message>
        <source>The face left the picture.</source>
        <translation>人脸离开了画面。</translation>
    </message>
    <message>
        <source>Stay before the camera until the end, and try again.</source>
        <translation>请在结束前一直停留在摄像头前，再试一次。</translation>
    </message>
    <message>
        <source>The face changed in the middle.</source>
        <translation>中途人脸发生了变化。</translation>
    </message>
    <message>
        <source>One person has to stay before the camera from beginning to end; try again.</source>
        <translation>从头到尾必须是同一个人在摄像头前；请再试一次。</translation>
    </message>
    <message>
        <source>The picture stopped for a moment.</source>
        <translation>画面中断了片刻。</translation>
    </message>
    <message>
        <source>Try again, or call the staff.</source>
        <translation>请再试一次，或呼叫店员。</translation>
    </message>
    <message>
        <source>That took too long.</source>
        <translation>用时过长。</translation>
    </message>
    <message>
        <source>The recording ended before the check was done.</source>
        <translation>检查完成前录像已结束。</translation>
    </message>
    <message>
        <source>Use a longer one, or a camera.</source>
        <translation>请使用更长的录像或摄像头。</translation>
    </message>
    <message>
        <source>The camera gives no picture.</source>
        <translation>摄像头没有画面。</translation>
    </message>
    <message>
        <source>Call the staff; your cart is kept.</source>
        <translation>请呼叫店员；购物车会保留。</translation>
    </message>
    <message>
        <source>This face has no account here.</source>
        <translation>此人脸没有登记账户。</translation>
    </message>
    <message>
        <source>Ask the staff to enrol you, or pay another way.</source>
        <translation>请店员为您登记，或用其他方式付款。</translation>
    </message>
    <message>
        <source>This face is too like that of another account.</source>
        <translation>此人脸与另一账户过于相似。</translation>
    </message>
    <message>
        <source>Ask the staff; a face alone is not enough here.</source>
        <translation>请咨询店员；在此仅凭人脸不够。</translation>
    </message>
    <message>
        <source>Too many tries failed one after another.</source>
        <translation>连续失败次数过多。</translation>
    </message>
    <message>
        <source>Wait a minute, or call the staff.</source>
        <translation>请等一分钟，或呼叫店员。</translation>
    </message>
    <message>
        <source>This payment needs more than a face.</source>
        <translation>这笔付款仅凭人脸不够。</translation>
    </message>
    <message>
        <source>Give the last digits of your phone number, or your PIN.</source>
        <translation>请输入手机号后几位或 PIN 码。</translation>
    </message>
    <message>
        <source>These digits do not belong to this face.</source>
        <translation>这些数字与此人脸不符。</translation>
    </message>
    <message>
        <source>Try again with the last 4 digits of your own phone number.</source>
        <translation>请用您本人手机号的后四位再试一次。</translation>
    </message>
    <message>
        <source>The phone number or the PIN was not right.</source>
        <translation>手机号或 PIN 码不正确。</translation>
    </message>
    <message>
        <source>Try again, or ask the staff to set a new PIN.</source>
        <translation>请再试一次，或请店员重设 PIN 码。</translation>
    </message>
    <message>
        <source>This payment needs a PIN, and your account has none yet.</source>
        <translation>这笔付款需要 PIN 码，而您的账户还没有设置。</translation>
    </message>
    <message>
        <source>Ask the staff to set one, or pay them in person.</source>
        <translation>请店员为您设置，或直接向店员付款。</translation>
    </message>
    <message>
        <source>This amount is more than a face may pay here.</source>
        <translation>此金额超过了刷脸付款的上限。</translation>
    </message>
    <message>
        <source>Take something out of the cart, or pay the staff in person.</source>
        <translation>请从购物车中减少商品，或直接向店员付款。</translation>
    </message>
    <message>
        <source>This amount is more than a phone number and PIN may pay here.</source>
        <translation>此金额超过了手机号加 PIN 码的付款上限。</translation>
    </message>
    <message>
        <source>Pay with your face, or pay the staff in person.</source>
        <translation>请刷脸付款，或直接向店员付款。</translation>
    </message>
    <message>
        <source>This amount is more than you have set for one payment.</source>
        <translation>此金额超过了您设置的单笔上限。</translation>
    </message>
    <message>
        <source>Take something out of the cart, or ask the staff to raise your limit.</source>
        <translation>请从购物车中减少商品，或请店员提高您的上限。</translation>
    </message>
    <message>
        <source>This amount is more than you may still pay within 24 hours.</source>
        <translation>此金额超过了您 24 小时内的剩余限额。</translation>
    </message>
    <message>
        <source>Pay the staff in person, or come back tomorrow.</source>
        <translation>请直接向店员付款，或明天再来。</translation>
    </message>
    <message>
        <source>You have asked that no face pays from your account.</source>
        <translation>您已设置账户不使用刷脸付款。</translation>
    </message>
    <message>
        <source>Pay with your phone number and PIN.</source>
        <translation>请用手机号和 PIN 码付款。</translation>
    </message>
    <message>
        <source>So many people have an account here that a face does not say enough.</source>
        <translation>本店登记人数较多，仅凭人脸不足以识别。</translation>
    </message>
    <message>
        <source>This amount is more than a face may pay on this till.</source>
        <translation>此金额超过了本收银机刷脸付款的上限。</translation>
    </message>
    <message>
        <source>Pay with your phone number and PIN, or ask the staff.</source>
        <translation>请用手机号和 PIN 码付款，或咨询店员。</translation>
    </message>
    <message>
        <source>An article in the cart has just run out.</source>
        <translation>购物车中的商品刚刚售完。</translation>
    </message>
    <message>
        <source>Go back to the cart, which shows what is left, and take fewer.</source>
        <translation>请返回购物车查看余量，并减少数量。</translation>
    </message>
    <message>
        <source>A live home takes payment from cameras alone, never from a file.</source>
        <translation>正式环境只接受摄像头付款，不接受文件。</translation>
    </message>
    <message>
        <source>Name a camera, or use a demo home: `facetill init --mode demo`.</source>
        <translation>请指定摄像头，或使用演示环境：`facetill init --mode demo`。</translation>
    </message>
    <message>
        <source>The till met a fault of its own; nothing was charged.</source>
        <translation>收银机出现故障；没有扣款。</translation>
    </message>
    <message>
        <source>Call the staff, who find more in the log.</source>
        <translation>请呼叫店员，详情见日志。</translation>
    </message>
</context>
<context>
    <name>RefusedPage</name>
    <message>
        <source>Try again</source>
        <translation>再试一次</translation>
    </message>
    <message>
        <source>Phone number and PIN</source>
        <translation>手机号和 PIN 码</translation>
    </message>
    <message>
        <source>Call staff</source>
        <translation>呼叫店员</translation>
    </message>
    <message>
        <source>Back to the cart</source>
        <translation>返回购物车</translation>
    </message>
    <message>
        <source>Pay with my face</source>
        <translation>刷脸付款</translation>
    </message>
    <message>
        <source>Your cart is still here: {items}, {amount}. Nothing was charged.</source>
        <translation>购物车仍在：{items}，{amount}。没有扣款。</translation>
    </message>
</context>
<context>
    <name>ReviewPage</name>
    <message>
        <source>Please check your cart</source>
        <translation>请核对购物车</translation>
    </message>
    <message>
        <source>Change the cart</source>
        <translation>修改购物车</translation>
    </message>
    <message>
        <source>Choose how to pay</source>
        <translation>选择付款方式</translation>
    </message>
</context>
<context>
    <name>SettingsSheet</name>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Sound</source>
        <translation>声音</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Soft</source>
        <translation>轻声</translation>
    </message>
    <message>
        <source>Loud</source>
        <translation>大声</translation>
    </message>
    <message>
        <source>The shop&apos;s language</source>
        <translation>店铺语言</translation>
    </message>
    <message>
        <source>This till</source>
        <translation>本收银机</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>开放</translation>
    </message>
    <message>
        <source>Closed</source>
        <translation>停用</translation>
    </message>
    <message>
        <source>Leave the kiosk</source>
        <translation>退出收银机</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Camera</source>
        <translation>摄像头</translation>
    </message>
    <message>
        <source>There is no camera to choose on this till.</source>
        <translation>本收银机没有可选的摄像头。</translation>
    </message>
    <message>
        <source>What the camera sees</source>
        <translation>摄像头画面</translation>
    </message>
    <message>
        <source>That camera gives no picture: {why}</source>
        <translation>该摄像头没有画面：{why}</translation>
    </message>
</context>
<context>
    <name>StaffSheet</name>
    <message>
        <source>Staff</source>
        <translation>店员</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>Sign in</source>
        <translation>登录</translation>
    </message>
    <message>
        <source>Staff id: {id}</source>
        <translation>店员编号：{id}</translation>
    </message>
    <message>
        <source>PIN: {dots}</source>
        <translation>PIN 码：{dots}</translation>
    </message>
    <message>
        <source>PIN, {count} digits typed</source>
        <translation>PIN 码，已输入 {count} 位</translation>
    </message>
    <message>
        <source>Too many wrong PINs. Wait a little, then try again.</source>
        <translation>PIN 码错误次数过多。请稍候再试。</translation>
    </message>
    <message>
        <source>That is not the PIN of this staff id.</source>
        <translation>店员编号与 PIN 码不符。</translation>
    </message>
</context>
<context>
    <name>Sums</name>
    <message>
        <source>Total</source>
        <translation>合计</translation>
    </message>
    <message>
        <source>Tax {name}, {rate}, included</source>
        <translation>税 {name}，{rate}，已含</translation>
    </message>
    <message>
        <source>Tax {name}, {rate}</source>
        <translation>税 {name}，{rate}</translation>
    </message>
</context>
<context>
    <name>Tile</name>
    <message>
        <source>{count} in the cart</source>
        <translation>购物车中有 {count} 件</translation>
    </message>
</context>
<context>
    <name>WarningSheet</name>
    <message>
        <source>Are you still there?</source>
        <translation>您还在吗？</translation>
    </message>
    <message>
        <source>I need more time</source>
        <translation>我需要更多时间</translation>
    </message>
    <message>
        <source>This screen closes in {seconds} seconds.</source>
        <translation>本页面将在 {seconds} 秒后关闭。</translation>
    </message>
</context>
<context>
    <name>Words</name>
    <message>
        <source>Look at the camera</source>
        <translation>请看摄像头</translation>
    </message>
    <message>
        <source>Blink once</source>
        <translation>请眨一下眼</translation>
    </message>
    <message>
        <source>Turn your head to the left</source>
        <translation>请向左转头</translation>
    </message>
    <message>
        <source>Turn your head to the right</source>
        <translation>请向右转头</translation>
    </message>
    <message>
        <source>Open your mouth</source>
        <translation>请张开嘴</translation>
    </message>
    <message>
        <source>Come nearer</source>
        <translation>请靠近一些</translation>
    </message>
    <message>
        <source>Step back</source>
        <translation>请后退一些</translation>
    </message>
    <message>
        <source>Hold still for a moment</source>
        <translation>请保持不动</translation>
    </message>
    <message>
        <source>I cannot see a face. Come into the oval.</source>
        <translation>看不到人脸。请移到椭圆框内。</translation>
    </message>
    <message>
        <source>I see more than one face. One person at a time, please.</source>
        <translation>看到不止一张脸。请一次一位。</translation>
    </message>
    <message>
        <source>Come a little nearer.</source>
        <translation>请再靠近一点。</translation>
    </message>
    <message>
        <source>Step back a little.</source>
        <translation>请稍微后退一点。</translation>
    </message>
    <message>
        <source>It is too dark. Turn towards the light.</source>
        <translation>太暗了。请面向光亮处。</translation>
    </message>
    <message>
        <source>It is too bright. Turn away from the light.</source>
        <translation>太亮了。请避开强光。</translation>
    </message>
    <message>
        <source>The picture is blurred. Keep still for a moment.</source>
        <translation>画面模糊。请保持不动。</translation>
    </message>
    <message>
        <source>Move into the middle of the oval.</source>
        <translation>请移到椭圆框中央。</translation>
    </message>
    <message>
        <source>The camera gives no picture. Please call staff.</source>
        <translation>摄像头没有画面。请呼叫店员。</translation>
    </message>
    <message>
        <source>These are not the digits. Please try again.</source>
        <translation>号码不对。请重新输入。</translation>
    </message>
    <message>
        <source>That PIN is not right. Please try again.</source>
        <translation>PIN 码不对。请重新输入。</translation>
    </message>
    <message>
        <source>That is not right. Please try again.</source>
        <translation>输入有误。请重新输入。</translation>
    </message>
    <message>
        <source>This shop does not know that code.</source>
        <translation>本店没有这个条码。</translation>
    </message>
    <message>
        <source>There is no such coupon here.</source>
        <translation>没有这张优惠券。</translation>
    </message>
    <message>
        <source>Something has run out. Please take fewer.</source>
        <translation>有商品库存不足。请减少数量。</translation>
    </message>
    <message>
        <source>There is nothing to pay.</source>
        <translation>没有需要支付的金额。</translation>
    </message>
    <message>
        <source>A price has just changed. Please look once more.</source>
        <translation>价格刚刚有变动。请再核对一次。</translation>
    </message>
    <message>
        <source>{name} is not valid yet.</source>
        <translation>{name}：尚未生效。</translation>
    </message>
    <message>
        <source>{name} is no longer valid.</source>
        <translation>{name}：已过期。</translation>
    </message>
    <message>
        <source>{name} needs a larger purchase.</source>
        <translation>{name}：未达到最低消费金额。</translation>
    </message>
    <message>
        <source>{name} is for nothing in this cart.</source>
        <translation>{name}：购物车中没有适用商品。</translation>
    </message>
    <message>
        <source>{name} does not go together with another offer.</source>
        <translation>{name}：不能与其他优惠同时使用。</translation>
    </message>
    <message>
        <source>{name} takes nothing off.</source>
        <translation>{name}：没有可减免的金额。</translation>
    </message>
    <message>
        <source>{name} has run out.</source>
        <translation>{name}：已售完。</translation>
    </message>
    <message>
        <source>Only {count} of {name} are left.</source>
        <translation>{name}：仅剩 {count} 件。</translation>
    </message>
    <message>
        <source>Call the staff; your cart is kept.</source>
        <translation>请呼叫店员；购物车会保留。</translation>
    </message>
    <message>
        <source>Your balance is not enough for this cart.</source>
        <translation>您的余额不足。</translation>
    </message>
    <message>
        <source>Ask the staff to top it up, or take something out of the cart.</source>
        <translation>请店员为您充值，或从购物车中减少商品。</translation>
    </message>
    <message>
        <source>The payment could not be booked; nothing was charged.</source>
        <translation>付款未能入账；没有扣款。</translation>
    </message>
    <message>
        <source>This till is not ready to take payments.</source>
        <translation>本收银机尚不能收款。</translation>
    </message>
    <message>
        <source>The recording cannot be read.</source>
        <translation>无法读取录像。</translation>
    </message>
</context>
<context>
    <name>_Brand</name>
    <message>
        <source>Facetill. Staff: hold for two seconds</source>
        <translation>Facetill。店员：长按两秒</translation>
    </message>
</context>
</TS>
